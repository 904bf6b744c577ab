import t from 'tap'
import { createSweeper, type Left } from '../../../core/flow/sweeper.ts'

const nothing: Left = { isMore: false, freeInMs: null }

/** A sweep that leaves what stands in the list, one after the other, and then nothing. */
function swept(...lefts: Left[]) {
  let count = 0
  return {
    sweep: async () => lefts[count++] ?? nothing,
    get count() {
      return count
    },
  }
}

t.test('it sweeps once, and again as long as there is more, or a calendar is soon free', async (t) => {
  const once = swept()
  await createSweeper(once.sweep, 5_000).run()
  t.equal(once.count, 1)
  const again = swept({ isMore: true, freeInMs: null }, { isMore: false, freeInMs: 20 })
  await createSweeper(again.sweep, 5_000).run()
  t.equal(again.count, 3)
  const later = swept({ isMore: false, freeInMs: 60_000 })
  await createSweeper(later.sweep, 5_000).run()
  t.equal(later.count, 1, 'what comes after the next turn is left to that')
})

t.test('who asks while it sweeps is heard after it, by the same run', async (t) => {
  const sweeps: (() => void)[] = []
  const sweeper = createSweeper(() => new Promise((resolve) => sweeps.push(() => resolve(nothing))), 5_000)
  const first = sweeper.run()
  t.equal(sweeper.run(), first)
  t.equal(sweeps.length, 1, 'one at a time')
  sweeps[0]?.()
  while (sweeps.length < 2) await new Promise((resolve) => setTimeout(resolve, 5))
  sweeps[1]?.()
  await first
})

t.test('a sweep that breaks off ends the run, and the next one comes', async (t) => {
  let isBroken = true
  const sweeper = createSweeper(async () => {
    if (isBroken) throw new Error('no database')
    return nothing
  }, 5_000)
  await t.rejects(sweeper.run(), { message: 'no database' })
  isBroken = false
  await sweeper.run()
})

t.test('a stop ends the waiting for more', async (t) => {
  let sweeps = 0
  const sweeper = createSweeper(async () => ({ isMore: sweeps++ >= 0, freeInMs: null }), 5_000)
  const running = sweeper.run()
  while (sweeps < 2) await new Promise((resolve) => setTimeout(resolve, 5))
  sweeper.stop()
  await running
  t.ok(sweeps >= 2)
})
