import t from 'tap'
import { until } from '../helper/gateway.ts'
import { appointments, calling, dayAhead, phoneGateway, taken } from '../helper/phone.ts'
import { callObject, retellEvent } from '../helper/retell.ts'
import { story } from '../helper/salon.ts'

const salon = await phoneGateway(
  t,
  { changeWithin: '700ms' },
  { input: { sync: { retryDelays: ['400ms', '400ms', '400ms'] } } },
)
const { gateway, twin, tenant, line } = salon

t.test('who was told that it goes on is called back where it fails, also when they have hung up', async (t) => {
  const { ask, call } = calling(salon)
  const down = twin.faults.add({ operation: 'createBooking', kind: 'status', status: 503, when: 'before-commit' })
  const args = { service: 'Haircut', start: `${dayAhead(3)}T10:00`, customer_name: 'Kanari Vogel' }
  const answer = await ask('book_appointment', args)
  t.match(answer, { success: false, code: 'PENDING' })
  t.notMatch(answer.message, /gebucht|SMS|E-Mail|Nachricht/, 'nothing is promised that nobody can keep')
  await retellEvent(line, 'call_ended', callObject({ ...call, disconnection_reason: 'user_hangup' }))
  const asked = () => gateway.reviews.list(tenant.id, { code: 'CALL_BACK', state: 'open' })
  const { items } = await until(asked, ({ items }) => items.length > 0)
  const [appointment] = await appointments(salon)
  t.match(items, [
    {
      appointmentId: appointment?.id,
      details: { urgent: true, operation: 'book', callId: call.call_id },
      resolutions: ['retry', 'dismiss'],
    },
  ])
  t.notMatch(JSON.stringify(items), /Kanari|Vogel|\+4915/, 'who it was is in the appointment, for those who may see it')
  const id = appointment?.id ?? ''
  await until(
    () => story(salon, id),
    (kinds) => ['call.promised', 'appointment.sync_failed', 'call.ended'].every((kind) => kinds.includes(kind)),
  )
  down.remove()
  const { id: reviewId, version } = items[0] ?? { id: '', version: 0 }
  await gateway.reviews.resolve(salon.author, reviewId, { resolution: 'retry', version })
  await until(
    () => taken(salon).length,
    (count) => count === 1,
  )
  t.equal((await ask('book_appointment', args)).code, 'BOOKED', 'the same words say how it stands now')
})
