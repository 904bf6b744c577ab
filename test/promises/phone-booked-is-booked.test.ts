import t from 'tap'
import type { FaultScript } from '../../plugins/calcom/twin/index.ts'
import { nextSlot, until } from '../helper/gateway.ts'
import { calling, phoneGateway, taken } from '../helper/phone.ts'

const salon = await phoneGateway(t, { changeWithin: '1s' }, { input: { sync: { attemptTimeout: '400ms' } } })
const { twin } = salon

type Bad = Omit<FaultScript, 'operation'>
const broken: Bad[] = [
  { kind: 'hang' },
  { kind: 'reset' },
  { kind: 'malformed' },
  { kind: 'empty' },
  { kind: 'html' },
  { kind: 'delay', ms: 1_200 },
  ...[400, 404, 409, 422, 500, 502, 503, 520].map((status): Bad => ({ kind: 'status', status })),
  { kind: 'status', status: 400, message: 'User either already has booking at this time or is not available' },
]
const table: Bad[] = [
  ...(['before-commit', 'after-commit'] as const).flatMap((when) => broken.map((bad): Bad => ({ ...bad, when }))),
  { kind: 'phantom' },
]
/** Once only, or for as long as the caller is on the line. */
const often = [1, 1_000]
const good = /^(BOOKED|REQUESTED|MOVED|MOVE_REQUESTED|CANCELLED)$/

let asked = 0
let confirmed = 0

/** Whether somebody has this time in the calendar. */
const isThere = (start: string) => taken(salon).some((one) => Date.parse(one.start) === Date.parse(start))

/** In the words of the answer, and by its code: whoever hears "booked" finds it in the calendar at that moment. */
function hear(answer: { code: string; success: boolean; message: string }, isTrue: () => boolean): boolean {
  asked += 1
  const saysSo =
    answer.success || good.test(answer.code) || /ist (gebucht|verschoben|abgesagt|storniert)/.test(answer.message)
  if (!saysSo) return true
  confirmed += 1
  return isTrue()
}

for (const times of often) {
  t.test(`booking, ${times === 1 ? 'a fault once' : 'a fault for long'}: zero false confirmations`, async (t) => {
    await Promise.all(
      table.map(async (bad, n) => {
        const start = nextSlot()
        const label = `${bad.kind} ${bad.status ?? ''} ${bad.when ?? ''}`
        const fault = twin.faults.add({ operation: 'createBooking', ...bad, times, match: { 'body.start': start } })
        const { ask } = calling(salon, { from_number: `+4915112${String(300000 + asked + n * 10 + times)}` })
        const book = () => ask('book_appointment', { service: 'Haircut', start, customer_name: 'Max Muster' })
        const first = await book()
        t.ok(
          hear(first, () => isThere(start)),
          `${label}: ${first.code}`,
        )
        const again = await book()
        t.ok(
          hear(again, () => isThere(start)),
          `${label}, again: ${again.code}`,
        )
        fault.remove()
        const last = await book()
        t.ok(
          hear(last, () => isThere(start)),
          `${label}, when it is over: ${last.code}`,
        )
        t.ok(taken(salon).filter((one) => Date.parse(one.start) === Date.parse(start)).length <= 1, `${label}: once`)
      }),
    )
  })
}

/** `weeks` ahead of all others: near a time that was refused something is kept for whoever was refused. */
async function bookFirst(from_number: string, weeks: number) {
  const ahead = () => new Date(Date.parse(nextSlot()) + weeks * 7 * 86_400_000).toISOString().replace('.000Z', 'Z')
  const [start, next] = [ahead(), ahead()] as const
  const { ask } = calling(salon, { from_number })
  const booked = await until(
    () => ask('book_appointment', { service: 'Haircut', start, customer_name: 'Max Muster' }),
    ({ code }) => code === 'BOOKED',
  )
  const uid = taken(salon).find((one) => Date.parse(one.start) === Date.parse(start))?.uid ?? ''
  return { start, next, uid, ref: { appointment_ref: booked.appointment_ref as string }, ask }
}

for (const [name, operation, weeks] of [
  ['moving', 'rescheduleBooking', 3],
  ['cancelling', 'cancelBooking', 6],
] as const) {
  t.test(`${name}: zero false confirmations`, async (t) => {
    const booked = await Promise.all(table.map((_, n) => bookFirst(`+49151137${String(10000 + n)}`, weeks)))
    await Promise.all(
      table.map(async (bad, n) => {
        const { start, next, uid, ref, ask } = booked[n] as Awaited<ReturnType<typeof bookFirst>>
        const label = `${bad.kind} ${bad.status ?? ''} ${bad.when ?? ''}`
        const fault = twin.faults.add({ operation, ...bad, match: { 'params.uid': uid } })
        const isTrue = operation === 'cancelBooking' ? () => !isThere(start) : () => isThere(next) && !isThere(start)
        for (let turn = 0; turn < 2; turn++) {
          const answer =
            operation === 'cancelBooking'
              ? await ask('cancel_appointment', ref)
              : await ask('reschedule_appointment', { ...ref, new_start: next })
          t.ok(hear(answer, isTrue), `${label}: ${answer.code}`)
          fault.remove()
        }
      }),
    )
  })
}

t.test('the faults were felt, and not everything was refused', async (t) => {
  t.comment(`${asked} answers, ${confirmed} of them said that it was done`)
  t.ok(confirmed > asked / 4 && confirmed < asked, `${confirmed} of ${asked}`)
})
