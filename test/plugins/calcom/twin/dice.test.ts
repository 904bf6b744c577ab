import fc from 'fast-check'
import t from 'tap'
import { Dice } from '../../../../plugins/calcom/twin/dice.ts'

const seeds = fc.oneof(fc.string(), fc.integer())

t.test('the same seed throws the same, always within its range', async () => {
  fc.assert(
    fc.property(seeds, fc.integer({ min: 1, max: 1_000 }), (seed, sides) => {
      const [one, other] = [new Dice(seed), new Dice(seed)]
      return Array.from({ length: 10 }, () => [one.below(sides), other.below(sides)] as const).every(
        ([a, b]) => a === b && a >= 0 && a < sides,
      )
    }),
  )
})

t.test('a shuffle loses nothing, adds nothing, and leaves no order of two or more as it was', async () => {
  fc.assert(
    fc.property(seeds, fc.uniqueArray(fc.integer(), { maxLength: 12 }), (seed, items) => {
      const shuffled = new Dice(seed).shuffle(items)
      const same = shuffled.every((item, index) => item === items[index])
      const ordered = (list: number[]) => list.toSorted((a, b) => a - b).join()
      return ordered(shuffled) === ordered(items) && same === items.length < 2
    }),
  )
})

t.test('every side comes about as often as the others', async (t) => {
  const dice = new Dice('fair')
  const counts = [0, 0, 0, 0]
  for (let thrown = 0; thrown < 4_000; thrown++) {
    const side = dice.below(4)
    counts[side] = (counts[side] ?? 0) + 1
  }
  t.ok(
    counts.every((count) => count > 850 && count < 1_150),
    counts.join(),
  )
})
