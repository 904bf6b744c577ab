import t from 'tap'
import { until } from '../helper/gateway.ts'
import { appointments, calling, dayAhead, phoneGateway, taken } from '../helper/phone.ts'
import { callObject, deliver, resigned, signed } from '../helper/retell.ts'

const changeWithin = 1_500
const lookupWithin = 700
/** As long as a vendor waits, measured by the deadline: Retell 12 s, and ours are 8. */
const patience = 1.5
const salon = await phoneGateway(
  t,
  { changeWithin: `${changeWithin}ms`, lookupWithin: `${lookupWithin}ms` },
  // A calendar that is down is tried for longer than a caller waits.
  { input: { sync: { retryDelays: ['500ms', '500ms', '1s', '1s', '2s', '2s'], attemptTimeout: '15s' } } },
)
const { twin } = salon

async function timed<T>(work: Promise<T>): Promise<{ answer: T; ms: number }> {
  const since = performance.now()
  return { answer: await work, ms: performance.now() - since }
}

const args = (date: string) => ({ service: 'Haircut', start: `${date}T10:00`, customer_name: 'Max Muster' })
const synced = () =>
  until(
    () => appointments(salon),
    (all) => all.every(({ sync }) => sync.status === 'synced'),
    30_000,
  )

t.test('a calendar that takes ten times as long: pending in time, booked later, and then said to be', async (t) => {
  const { ask } = calling(salon)
  const date = dayAhead(3)
  const slow = twin.faults.add({ operation: 'createBooking', kind: 'delay', ms: 4_000, times: 1 })
  const { answer, ms } = await timed(ask('book_appointment', args(date)))
  t.match(answer, { success: false, code: 'PENDING' })
  t.notMatch(answer.message, /gebucht|booked/)
  t.ok(ms < patience * changeWithin, `${ms} ms`)
  t.equal(taken(salon).length, 0, 'nothing is there yet')
  // Asked again while it is under way: it joins, and is not made twice.
  const again = await ask('book_appointment', args(date))
  t.equal(again.code, 'PENDING')
  await until(
    () => taken(salon),
    (all) => all.length > 0,
  )
  const booked = await until(
    () => ask('book_appointment', args(date)),
    ({ code }) => code !== 'PENDING',
  )
  t.match(booked, { success: true, code: 'BOOKED', appointment_ref: answer.appointment_ref })
  t.equal(taken(salon).length, 1)
  t.equal((await appointments(salon)).length, 1)
  slow.remove()
})

t.test('a client that gives up stops nothing, and asks again to hear that it is booked', async (t) => {
  const date = dayAhead(4)
  const slow = twin.faults.add({ operation: 'createBooking', kind: 'delay', ms: 1_000, times: 1 })
  const delivery = await signed(salon.line, 'functions', {
    name: 'book_appointment',
    args: args(date),
    call: callObject(),
  })
  await t.rejects(deliver(delivery, { abortAfterMs: 300 }))
  const { body } = await until(
    async () => deliver(await resigned(delivery)),
    (reply) => reply.body.code !== 'PENDING',
  )
  t.match(body, { success: true, code: 'BOOKED' })
  t.equal(taken(salon).filter(({ start }) => start.startsWith(date)).length, 1)
  slow.remove()
})

t.test('with the calendar down every answer comes in time, and what was booked is made when it is back', async (t) => {
  const { ask } = calling(salon)
  const date = dayAhead(5)
  const down = twin.faults.add({ operation: '*', kind: 'status', status: 503, when: 'before-commit' })
  const looked = await timed(ask('check_availability', { service: 'Haircut', date }))
  t.match(looked.answer, { success: false, code: 'CALENDAR_SLOW' })
  t.notOk(looked.answer.options, 'nothing is called free')
  const { answer, ms } = await timed(ask('book_appointment', args(date)))
  t.match(answer, { success: false, code: 'PENDING' })
  t.ok(ms < patience * changeWithin, `${ms} ms`)
  down.remove()
  await synced()
  t.equal(taken(salon).filter(({ start }) => start.startsWith(date)).length, 1)
  t.match(await ask('book_appointment', args(date)), { success: true, code: 'BOOKED' })
})

t.test('a calendar that never answers holds up no answer', async (t) => {
  const { ask } = calling(salon)
  const booked = await ask('book_appointment', args(dayAhead(6)))
  t.equal(booked.code, 'BOOKED')
  const hang = twin.faults.add({ operation: '*', kind: 'hang' })
  const date = dayAhead(7)
  for (const [name, given, within, code] of [
    ['check_availability', { service: 'Haircut', date: dayAhead(12) }, lookupWithin, 'CALENDAR_SLOW'],
    ['find_appointments', { customer_name: 'Max Muster' }, lookupWithin, 'FOUND'],
    [
      'reschedule_appointment',
      { appointment_ref: booked.appointment_ref, new_start: `${date}T12:00` },
      changeWithin,
      'MOVE_PENDING',
    ],
    ['book_appointment', { ...args(date), customer_name: 'Eva Muster' }, changeWithin, 'PENDING'],
    ['cancel_appointment', { appointment_ref: booked.appointment_ref }, changeWithin, 'CANCEL_PENDING'],
  ] as const) {
    const { answer, ms } = await timed(ask(name, given))
    t.equal(answer.code, code, name)
    t.notMatch(answer.message, /ist (gebucht|verschoben|storniert|abgesagt)/i)
    t.ok(ms < patience * within, `${name}: ${ms} ms`)
  }
  hang.remove()
})

t.test('what the desk cancels while the caller waits is not called booked', async (t) => {
  const { ask } = calling(salon)
  const date = dayAhead(9)
  const slow = twin.faults.add({ operation: 'createBooking', kind: 'delay', ms: 500, times: 1 })
  const asked = ask('book_appointment', args(date))
  const [waiting] = await until(
    async () => (await appointments(salon)).filter(({ startsAt }) => startsAt.startsWith(date)),
    (all) => all.length === 1,
  )
  await salon.gateway.appointments.cancel(salon.author, waiting?.id ?? '', {})
  t.match(await asked, { success: false })
  slow.remove()
})
