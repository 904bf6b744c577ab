import t from 'tap'
import { officeHours } from '../../../../plugins/calcom/twin/index.ts'
import { now, openSalon, type Salon, wish } from './salon.ts'

const version = { 'cal-api-version': '2024-09-04' }
const cut = { title: 'Cut', slug: 'cut', lengthInMinutes: 60 }

const slots = async ({ call }: Salon, query: string) => (await call('GET', `/slots?${query}`, undefined, version)).body

/** Ana works office hours in Berlin (UTC+2 in July). */
async function office(t: import('tap').Test, type = {}) {
  const salon = await openSalon(t)
  salon.twin.addAccount({
    username: 'ana',
    email: 'ana@salon.example',
    name: 'Ana',
    timeZone: 'Europe/Berlin',
    apiKey: 'cal_ana',
    availability: officeHours,
  })
  return { ...salon, id: salon.twin.addEventType('ana', { ...cut, ...type }).id }
}

t.test('working days in the zone of the host, times in the zone of the caller', async (t) => {
  const salon = await office(t)
  const { data } = await slots(salon, `eventTypeId=${salon.id}&start=2026-07-03&end=2026-07-06`)
  t.strictSame(Object.keys(data), ['2026-07-03', '2026-07-06'], 'no weekend')
  t.strictSame(data['2026-07-03'][0], { start: '2026-07-03T07:00:00.000Z' })
  t.equal(data['2026-07-03'].length, 8)
  const tokyo = await slots(
    salon,
    `eventTypeId=${salon.id}&start=2026-07-03&end=2026-07-03&timeZone=Asia/Tokyo&format=range`,
  )
  t.strictSame(tokyo.data['2026-07-03'][0], {
    start: '2026-07-03T16:00:00.000+09:00',
    end: '2026-07-03T17:00:00.000+09:00',
  })
})

t.test('bookings, buffers and notice take slots away; a moved booking gives its own back', async (t) => {
  const salon = await office(t, { afterEventBuffer: 30, minimumBookingNotice: 240, slotInterval: 30 })
  const starts = async (query = '') => {
    const { data } = await slots(salon, `eventTypeId=${salon.id}&start=2026-07-01&end=2026-07-01${query}`)
    return (data['2026-07-01'] ?? []).map((each: { start: string }) => each.start.slice(11, 16))
  }
  t.strictSame(await starts(), ['12:00', '12:30', '13:00', '13:30', '14:00'], 'from 12:00 UTC, four hours on')
  const { uid } = (await salon.call('POST', '/bookings', wish(salon.id, { start: '2026-07-01T12:30:00Z' }))).body.data
  t.strictSame(await starts(), ['14:00'])
  t.strictSame(await starts(`&bookingUidToReschedule=${uid}`), ['12:00', '12:30', '13:00', '13:30', '14:00'])
})

t.test('every slot offered can be booked, and outside of the hours none can', async (t) => {
  const salon = await office(t)
  const { data } = await slots(salon, `eventTypeSlug=cut&username=ana&start=2026-07-02&end=2026-07-02`)
  for (const { start } of data['2026-07-02'])
    t.equal((await salon.call('POST', '/bookings', wish(salon.id, { start }))).status, 201)
  t.strictSame(await slots(salon, `eventTypeId=${salon.id}&start=2026-07-02&end=2026-07-02`), {
    status: 'success',
    data: {},
  })
  t.equal((await salon.call('POST', '/bookings', wish(salon.id, { start: '2026-07-03T06:30:00Z' }))).status, 400)
  t.equal((await salon.call('POST', '/bookings', wish(salon.id, { start: '2026-07-04T09:00:00Z' }))).status, 400)
})

t.test('a wrong query', async (t) => {
  const salon = await office(t)
  t.match(
    (await slots(salon, `eventTypeId=${salon.id}&start=2026-07-02&end=2026-07-02&colour=red`)).error.message,
    'property colour should not exist',
  )
  t.match(
    (await slots(salon, 'eventTypeId=999&start=2026-07-02&end=2026-07-02')).error.message,
    'Event type with id 999 not found.',
  )
})

t.test('a reservation hides a slot for a while and blocks no booking', async (t) => {
  let clock = now
  const salon = await openSalon(t, { clock: () => clock })
  const { id } = salon.twin.addEventType('ana', cut)
  const reserve = (fields = {}, headers = {}) =>
    salon.call(
      'POST',
      '/slots/reservations',
      { eventTypeId: id, slotStart: '2026-07-02T08:00:00Z', ...fields },
      { ...version, ...headers },
    )
  const offered = async () =>
    JSON.stringify(await slots(salon, `eventTypeId=${id}&start=2026-07-02&end=2026-07-02`)).includes('T08:00')
  const made = await reserve({ reservationDuration: 10 })
  t.match(made, {
    status: 201,
    body: {
      data: {
        slotEnd: '2026-07-02T09:00:00.000Z',
        slotDuration: 60,
        reservationDuration: 10,
        reservationUntil: '2026-07-01T08:10:00.000Z',
      },
    },
  })
  t.match(await reserve(), {
    status: 422,
    body: { error: { message: 'This time slot is already reserved by another user.' } },
  })
  t.equal((await reserve({ reservationDuration: 10 }, { authorization: '' })).status, 401)
  t.notOk(await offered())
  // It hides the host's time from every event type, and refuses only its own.
  const colour = salon.twin.addEventType('ana', { ...cut, slug: 'colour' }).id
  const colours = await slots(salon, `eventTypeId=${colour}&start=2026-07-02&end=2026-07-02`)
  t.notMatch(JSON.stringify(colours), 'T08:00')
  const second = await reserve({ eventTypeId: colour })
  t.equal(second.status, 201)
  await salon.call('DELETE', `/slots/reservations/${second.body.data.reservationUid}`, undefined, version)
  t.match(await reserve({ slotDuration: 60 }), { status: 400 }, 'of one length only')
  const path = `/slots/reservations/${made.body.data.reservationUid}`
  t.match((await salon.call('GET', path, undefined, version)).body.data, {
    reservationUid: made.body.data.reservationUid,
  })
  t.match(await salon.call('DELETE', path, undefined, version), { status: 200, body: { status: 'success' } })
  t.notOk('data' in (await salon.call('DELETE', path, undefined, version)).body, 'twice is once, and without data')
  t.equal((await salon.call('GET', path, undefined, version)).body.data, null)
  t.ok(await offered())
  t.equal((await reserve()).status, 201)
  clock += 6 * 60_000
  t.ok(await offered(), 'five minutes are over')
  t.equal((await reserve()).status, 201)
  t.equal((await salon.call('POST', '/bookings', wish(id))).status, 201)
  t.match(await reserve(), {
    status: 422,
    body: { error: { message: "Can't reserve a slot if the event is already booked." } },
  })
})
