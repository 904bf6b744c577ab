import fc from 'fast-check'
import t from 'tap'
import { createBatcher } from '../../../core/store/batch.ts'

t.test('what arrives while a batch is under way goes out together', async (t) => {
  const sizes: number[] = []
  const gates: (() => void)[] = []
  const write = createBatcher(
    async (items: readonly number[]) => {
      sizes.push(items.length)
      await new Promise<void>((resolve) => gates.push(resolve))
      return items.map((item) => item * 2)
    },
    { lanes: 1 },
  )
  const first = [write(1), write(2)]
  await new Promise(setImmediate)
  const second = [write(3), write(4), write(5)]
  gates.shift()?.()
  t.same(await Promise.all(first), [2, 4])
  while (gates.length === 0) await new Promise(setImmediate)
  gates.shift()?.()
  t.same(await Promise.all(second), [6, 8, 10])
  t.same(sizes, [2, 3])
})

t.test('every caller gets its own answer, in any mix of sizes and lanes', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer()),
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 3 }),
      async (items, size, lanes) => {
        const write = createBatcher(async (batch: readonly number[]) => batch.map((item) => -item), { size, lanes })
        const answers = await Promise.all(items.map((item) => write(item)))
        return answers.every((answer, n) => answer === -(items[n] as number))
      },
    ),
  )
})

t.test('one bad item fails alone', async (t) => {
  const write = createBatcher(async (items: readonly number[]) => {
    if (items.includes(13)) throw new Error('unlucky')
    return items
  })
  const results = await Promise.allSettled([write(1), write(13), write(3)])
  t.same(
    results.map((result) => result.status),
    ['fulfilled', 'rejected', 'fulfilled'],
  )
})

t.test('where nobody knows whether a batch was kept, it is not written again', async (t) => {
  let runs = 0
  const write = createBatcher(async (_items: readonly number[]) => {
    runs++
    throw Object.assign(new Error('Connection terminated unexpectedly'), {})
  })
  const results = await Promise.allSettled([write(1), write(2)])
  t.same([runs, results.map((result) => result.status)], [1, ['rejected', 'rejected']])
})
