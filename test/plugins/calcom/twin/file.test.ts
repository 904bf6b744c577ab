import { fork } from 'node:child_process'
import { once } from 'node:events'
import { appendFile, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { caller, openSalon, wish } from './salon.ts'

const cut = { title: 'Cut', slug: 'cut', lengthInMinutes: 30 }

t.test('a second start finds everything', async (t) => {
  const file = join(t.testdir(), 'deep', 'state.jsonl')
  const first = await openSalon(t, { file })
  const type = first.twin.addEventType('ana', { ...cut, id: 77 })
  const { uid } = (await first.call('POST', '/bookings', wish(type.id))).body.data
  const moved = (await first.call('POST', `/bookings/${uid}/reschedule`, { start: '2026-07-03T08:00:00Z' })).body.data
  const hook = { subscriberUrl: 'http://127.0.0.1:9/a', triggers: ['BOOKING_CREATED'], active: true }
  const webhook = (await first.call('POST', '/webhooks', hook)).body.data
  const gone = (await first.call('POST', '/webhooks', { ...hook, subscriberUrl: 'http://127.0.0.1:9/b' })).body.data
  await first.call('DELETE', `/webhooks/${gone.id}`)
  const before = first.twin.bookings()
  await first.twin.close()
  t.notMatch(await readFile(file, 'utf8'), 'cal_ana', 'the key itself is not kept')

  const second = await openSalon(t, { file })
  t.strictSame(second.twin.bookings(), before)
  t.strictSame((await second.call('GET', '/webhooks')).body.data, [webhook])
  t.equal(second.twin.addEventType('ana', { ...cut, id: 77 }).id, 77, 'adding again changes nothing')
  const taken = await second.call('POST', '/bookings', wish(77, { start: '2026-07-03T08:00:00Z' }))
  t.equal(taken.status, 400, 'the indexes are back too')
  const next = await second.call('POST', '/bookings', wish(77))
  t.ok(next.body.data.id > moved.id, 'ids go on')
})

t.test('a killed process has lost nothing that it answered', async (t) => {
  const file = join(t.testdir(), 'state.jsonl')
  const child = fork(new URL('./sandbox.ts', import.meta.url), [file])
  t.teardown(() => child.kill('SIGKILL'))
  const [{ url, typeId }] = (await once(child, 'message')) as [{ url: string; typeId: number }]
  const call = caller(url, 'cal_ana')
  const uids = await Promise.all(
    Array.from({ length: 20 }, async (_, index) => {
      const start = new Date(Date.UTC(2126, 0, 1, index)).toISOString()
      return (await call('POST', '/bookings', wish(typeId, { start }))).body.data.uid as string
    }),
  )
  child.kill('SIGKILL')
  await once(child, 'exit')
  // What a process leaves that is killed while it writes.
  await appendFile(file, '{"table":"booking","row":{"id":99,"uid":"ha')
  const { twin } = await openSalon(t, { file })
  t.strictSame(
    twin
      .bookings()
      .map((each) => each.uid)
      .sort(),
    uids.sort(),
  )
})
