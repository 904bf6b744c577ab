import { request } from 'node:http'
import t from 'tap'
import { calling, dayAhead, phoneGateway } from '../../helper/phone.ts'
import { type Delivery, signed } from '../../helper/retell.ts'

t.setTimeout(60_000)

const lookupWithin = 1_000
const salon = await phoneGateway(t, { lookupWithin: `${lookupWithin}ms` })

/** Sends a delivery whose body comes only after so many milliseconds; answers what the agent is told. */
async function deliverSlowly({ line, door, raw, signature }: Delivery, ms: number) {
  const sent = request(`${line.address}/retell/${line.connectionId}/${door}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-retell-signature': signature ?? '' },
  })
  const reply = new Promise<string>((resolve, reject) => {
    sent.on('error', reject)
    sent.on('response', async (response) => resolve((await response.toArray()).join('')))
  })
  sent.flushHeaders()
  await new Promise((resolve) => setTimeout(resolve, ms))
  sent.end(raw)
  return JSON.parse(await reply)
}

t.test('a question’s time counts from the arrival of its request, not from when it is begun', async (t) => {
  const { ask, call } = calling(salon)
  const args = { service: 'Haircut', date: dayAhead(3) }
  t.match(await ask('check_availability', args), { code: 'AVAILABLE' }, 'the calendar is quick')
  const late = await signed(salon.line, 'functions', { name: 'check_availability', args, call })
  t.match(await deliverSlowly(late, lookupWithin), { success: false, code: 'CALENDAR_SLOW' })
})
