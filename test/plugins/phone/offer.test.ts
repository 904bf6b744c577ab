import t from 'tap'
import { until } from '../../helper/gateway.ts'
import { calling, dayAhead, phoneGateway } from '../../helper/phone.ts'

const salon = await phoneGateway(t)
const { gateway, author, db, twin, account } = salon

/** What a call holds: of which service, and when. */
const heldBy = (callId: unknown) =>
  db.query<{ service: string; at: Date }>(
    `select s.slug as service, h.visit_at as at from kalends.holds h
     join kalends.services s on s.tenant_id = h.tenant_id and s.id = h.service_id
     where h.holder = $1 and h.until > kalends.clock() order by h.visit_at`,
    [`call:${callId}`],
  )
const startsOf = (options: { start: string }[]) => options.map(({ start }) => Date.parse(start)).sort((a, b) => a - b)
const times = (held: readonly { at: Date }[]) => held.map(({ at }) => new Date(at).getTime())

async function addService(slug: string, name: string) {
  const type = twin.addEventType(account, { title: name, slug, lengthInMinutes: 30 })
  const links = [{ connection: 'calendar', target: { eventTypeId: type.id } }]
  await gateway.services.create(author, { slug, name, durationMinutes: 30, links })
}

t.test('however much a call asks for at once, it holds what it was offered last', async (t) => {
  const { ask, call } = calling(salon)
  const dates = [3, 4, 5, 6, 7, 8].map(dayAhead)
  const answers = await Promise.all(dates.map((date) => ask('check_availability', { service: 'Haircut', date })))
  for (const answer of answers) t.match(answer, { code: 'AVAILABLE', options: { length: 3 } })
  const held = await until(
    () => heldBy(call.call_id),
    (all) => all.length <= 3,
  )
  const offered = answers.map(({ options }) => startsOf(options))
  t.ok(
    offered.some((starts) => JSON.stringify(starts) === JSON.stringify(times(held))),
    'the three of one answer, and none of another',
  )
  const last = await ask('check_availability', { service: 'Haircut', date: dayAhead(9) })
  t.same(
    times(
      await until(
        () => heldBy(call.call_id),
        (all) => times(all).join() === startsOf(last.options).join(),
      ),
    ),
    [...startsOf(last.options)],
  )
})

t.test('of several services it holds three each, and six in all', async (t) => {
  await addService('shave', 'Shave')
  await addService('colour', 'Colour')
  const { ask, call } = calling(salon, { from_number: '+4915110000031' })
  const first = await ask('check_availability', { service: 'Haircut', date: dayAhead(12) })
  const second = await ask('check_availability', { service: 'Shave', date: dayAhead(13) })
  const both = [...startsOf(first.options), ...startsOf(second.options)].sort((a, b) => a - b)
  t.same(times(await heldBy(call.call_id)), both, 'what was offered of another service is kept')
  const third = await ask('check_availability', { service: 'Colour', date: dayAhead(14) })
  const left = await until(
    () => heldBy(call.call_id),
    (all) => all.length <= 6,
  )
  t.same(
    times(left),
    [...startsOf(second.options), ...startsOf(third.options)].sort((a, b) => a - b),
    'the oldest are given back',
  )
  t.same([...new Set(left.map(({ service }) => service))].sort(), ['colour', 'shave'])
  const again = await ask('check_availability', { service: 'Shave', date: dayAhead(13) })
  t.same(startsOf(again.options), startsOf(second.options), 'asked again, the same are offered')
  t.match(await ask('book_appointment', { service: 'Shave', start: again.options[0].start, name: 'Eva Muster' }), {
    code: 'BOOKED',
  })
  await until(
    () => heldBy(call.call_id),
    (all) => all.length === 0,
  )
})

const momentsOf = (byTime: object) =>
  Object.keys(byTime)
    .map((at) => Date.parse(at))
    .sort((a, b) => a - b)

/** A salon whose callers hear an answer after a second and a half, whatever the calendar does. */
async function hastySalon(t: Parameters<typeof phoneGateway>[0]) {
  const salon = await phoneGateway(t, { lookupWithin: '1500ms' })
  const { ask, call } = calling(salon, { from_number: '+4915110000032' })
  const look = (days: number) => ask('check_availability', { service: 'Haircut', date: dayAhead(days) })
  // So that what is looked up for the first time takes no time of those answers that are looked at.
  await look(14)
  return {
    look,
    /** Has the calendar keep the next three slots only when the answer has long gone out. */
    keepLate: () =>
      salon.twin.faults.add({ operation: 'reserveSlot', kind: 'delay', ms: 4_000, when: 'after-commit', times: 3 }),
    /** The ids of the call's holds, by when they are. */
    async held(): Promise<Record<string, string>> {
      const rows = await salon.db.query<{ at: string; id: string }>(
        `select visit_at as at, id from kalends.holds where holder = $1 and until > kalends.clock()`,
        [`call:${call.call_id}`],
      )
      return Object.fromEntries(rows.map(({ at, id }) => [at, id]))
    },
    /** What the notes of the call say that it was offered, and is held: the ids, by when they are. */
    async noted(): Promise<Record<string, string | null>> {
      const [row] = await salon.db.query<{ value: { offers: { startsAt: string; holdId: string | null }[] } }>(
        'select value from kalends.plugin_state where key = $1',
        [`phone/call:${call.call_id}`],
      )
      return Object.fromEntries((row?.value.offers ?? []).map(({ startsAt, holdId }) => [startsAt, holdId]))
    },
  }
}

t.test('what is kept only after the answer went out is noted with its offer', async (t) => {
  const { look, keepLate, held, noted } = await hastySalon(t)
  keepLate()
  const answer = await look(16)
  t.match(answer, { code: 'AVAILABLE', options: { length: 3 } }, 'an offer is no promise')
  t.same(Object.values(await noted()), [null, null, null])
  const later = await until(noted, (offers) => Object.values(offers).every((id) => id !== null))
  t.same(later, await held())
  t.same(momentsOf(later), startsOf(answer.options))
})

t.test('and where something else was offered meanwhile it is given back', async (t) => {
  const { look, keepLate, held, noted } = await hastySalon(t)
  keepLate()
  const first = startsOf((await look(16)).options)
  const isHeld = (all: object, start: number) => momentsOf(all).includes(start)
  const before = await held()
  t.ok(first.length === 3 && first.every((start) => isHeld(before, start)), 'here it is held at once')
  const second = startsOf((await look(18)).options)
  const last = await until(held, (all) => !first.some((start) => isHeld(all, start)))
  t.same(momentsOf(last), second)
  t.same(last, await noted())
})
