import t from 'tap'
import { julyAt8, openTalkingSalon } from './salon.ts'

const max = { name: 'Max Muster', email: 'max@example.org', timeZone: 'Europe/Berlin' }

t.test('a customer on the booking page: no metadata, and made on a page', async (t) => {
  const { twin, id, book, arrivals } = await openTalkingSalon(t)
  const { uid } = await twin.calendar.book({ eventTypeId: id, start: julyAt8(2), attendee: max })
  t.strictSame(twin.bookings({ uid })[0]?.metadata, {})
  t.strictSame(arrivals[0]?.payload.metadata, { videoCallUrl: `https://app.cal.example/video/${uid}` })
  const moved = await twin.calendar.reschedule(uid, julyAt8(3))
  t.match(twin.bookings({ uid }), [{ rescheduledToUid: moved.uid, rescheduledByEmail: 'max@example.org' }])
  const other = await book(4)
  const sources: unknown[] = []
  for (const each of [uid, moved.uid, other]) {
    await twin.calendar.meeting(each, 'ended')
    sources.push(JSON.parse(arrivals.at(-1)?.text ?? '').creationSource)
  }
  t.strictSame(sources, ['WEBAPP', 'WEBAPP', 'API_V2'])
  t.equal((await twin.calendar.cancel(moved.uid)).cancelledByEmail, 'max@example.org')
  t.equal((await twin.calendar.cancel(other, 'ill', 'host')).cancelledByEmail, 'ana@salon.example')
  t.match(arrivals.at(-1)?.payload, { cancelledBy: 'ana@salon.example' })
})

t.test('a meeting with somebody else is listed for the account, and told to nobody here', async (t) => {
  const { twin, call, id, book, arrivals } = await openTalkingSalon(t)
  const meeting = await twin.calendar.attend('ana', { start: julyAt8(2), minutes: 45 })
  t.match(meeting, {
    status: 'accepted',
    hosts: [{ username: 'somebody-else' }],
    attendees: [{ email: 'ana@salon.example' }],
    metadata: {},
    duration: 45,
  })
  t.not(meeting.eventTypeId, id)
  const own = await book(2)
  const listed = (await call('GET', '/bookings')).body.data.map(({ uid }: { uid: string }) => uid)
  t.strictSame(listed.sort(), [meeting.uid, own].sort(), 'and it keeps no time of hers')
  t.strictSame(
    arrivals.map(({ payload }) => payload.uid),
    [own],
  )
  const again = await twin.calendar.attend('ana', { start: julyAt8(2) })
  t.match(again.hosts, meeting.hosts, 'one stranger is enough')
  await t.rejects(twin.calendar.attend('nobody', { start: julyAt8(2) }), {
    message: 'The twin has no account "nobody"',
  })
})

t.test('the host of such a meeting may be known', async (t) => {
  const { twin, call } = await openTalkingSalon(t)
  twin.addAccount({
    username: 'bo',
    email: 'bo@salon.example',
    name: 'Bo',
    timeZone: 'Europe/Berlin',
    apiKey: 'cal_bo',
  })
  const { uid } = await twin.calendar.attend('ana', { start: julyAt8(2), host: 'bo', metadata: { kalendsId: 'x' } })
  t.match((await call('GET', `/bookings/${uid}`)).body.data, {
    hosts: [{ username: 'bo' }],
    metadata: { kalendsId: 'x' },
  })
})
