import fc from 'fast-check'
import t from 'tap'
import { type FreeSlot, startsThatFit } from '../../../core/domain/free-starts.ts'
import { epoch, instantOf } from '../../../core/domain/time.ts'

const minute = 60_000
const day = Date.parse('2026-12-01T00:00:00Z')
const at = (minutes: number) => instantOf(day + minutes * minute)
const clock = (text: string) => `2026-12-01T${text}:00Z`
const slot = (from: string, to?: string): FreeSlot => ({ startsAt: clock(from), endsAt: to ? clock(to) : null })
const part = (offsetMinutes: number, durationMinutes: number, slots: FreeSlot[]) => ({
  phase: { offsetMinutes, durationMinutes },
  slots,
})

t.test('one phase begins where its calendar offers it, and nowhere between', (t) => {
  const slots = [slot('10:00', '10:30'), slot('09:00', '09:30'), slot('09:30', '10:00'), slot('09:00', '09:30')]
  t.same(startsThatFit([part(0, 30, slots)]), [clock('09:00'), clock('09:30'), clock('10:00')])
  t.same(
    startsThatFit([part(15, 30, slots)]),
    [clock('08:45'), clock('09:15'), clock('09:45')],
    'less what comes before',
  )
  t.same(startsThatFit([]), [])
  t.end()
})

t.test('further phases fit at an offered start or into free time, whatever their grid', (t) => {
  const starts = (slots: FreeSlot[]) => startsThatFit([part(0, 45, [slot('09:00')]), part(90, 30, slots)])
  t.same(starts([slot('10:30')]), [clock('09:00')], 'the very start')
  t.same(starts([slot('10:15', '10:45'), slot('10:45', '11:15')]), [clock('09:00')], 'across two that touch')
  t.same(starts([slot('10:00', '12:00')]), [clock('09:00')], 'within one')
  t.same(starts([slot('10:15', '10:45'), slot('10:50', '11:20')]), [], 'not across a break')
  t.same(starts([slot('10:15', '10:45')]), [], 'not half')
  t.same(starts([slot('10:15'), slot('10:45')]), [], 'a start without an end is no free time')
  t.same(starts([]), [])
  t.end()
})

t.test('a start is offered exactly where every phase is free from end to end', async () => {
  // Free time as a set of quarters of an hour; each calendar lists it in slots of half an hour on a grid of quarters.
  const quarters = fc.uniqueArray(fc.nat(40), { maxLength: 40 })
  const slotsOf = (free: number[]) =>
    free.filter((q) => free.includes(q + 1)).map((q) => ({ startsAt: at(q * 15), endsAt: at(q * 15 + 30) }))
  fc.assert(
    fc.property(quarters, quarters, fc.nat(6), fc.integer({ min: 2, max: 6 }), (one, two, gap, length) => {
      const offset = 30 + gap * 15
      const found = startsThatFit([part(0, 30, slotsOf(one)), part(offset, length * 15, slotsOf(two))])
      const listed = two.filter((q) => two.includes(q + 1) || two.includes(q - 1))
      const expected = one
        .filter((q) => one.includes(q + 1))
        .filter((q) => {
          const first = q + offset / 15
          const isListed = two.includes(first) && two.includes(first + 1)
          return isListed || Array.from({ length }, (_, n) => first + n).every((each) => listed.includes(each))
        })
        .map((q) => at(q * 15))
      return JSON.stringify(found) === JSON.stringify(expected.sort((a, b) => epoch(a) - epoch(b)))
    }),
  )
})
