import fc from 'fast-check'
import t from 'tap'
import type { ToolResult } from '../../../core/contract/phone.ts'
import { render, renderGreeting } from '../../../plugins/retell/render.ts'

const text = (result: ToolResult) => render([{ call: null, result }]).body

t.test('one object of JSON, on one line', async (t) => {
  const result = {
    success: false,
    code: 'SLOT_TAKEN',
    message: 'Half past two\r\nis taken.',
    options: [{ start: '2026-10-05T15:15:00+02:00', say: 'three\nfifteen' }],
    instruction: 'Ask which one.',
  }
  const { status, headers, body } = render([{ call: null, result }])
  t.equal(status, 200)
  t.match(headers['content-type'], /^application\/json/)
  t.same(JSON.parse(body), {
    ...result,
    message: 'Half past two is taken.',
    options: [{ start: '2026-10-05T15:15:00+02:00', say: 'three fifteen' }],
  })
})

t.test('what is too long is made shorter, and stays JSON that says what matters', async (t) => {
  const options = Array.from({ length: 500 }, (_, index) => ({ start: `${index}`, say: 'x'.repeat(100) }))
  const result = { success: true, code: 'FREE', message: 'Many times are free.', options, instruction: 'Ask.' }
  t.same(JSON.parse(text(result)), {
    success: true,
    code: 'FREE',
    message: 'Many times are free.',
    instruction: 'Ask.',
  })
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 40_000, size: 'max' }), (long) => {
      const body = text({ success: true, code: 'X', message: long, instruction: long })
      const { success, code } = JSON.parse(body)
      return (
        body.length <= 15_000 && success === true && code === 'X' && !/[\r\n]|\\[rn]/.test(body.replaceAll('\\\\', ''))
      )
    }),
    { numRuns: 50 },
  )
})

t.test('a greeting: variables, or nothing at all', async (t) => {
  t.same(JSON.parse(renderGreeting({}).body), { call_inbound: {} })
  t.same(JSON.parse(renderGreeting({ salon: 'Ana' }).body), { call_inbound: { dynamic_variables: { salon: 'Ana' } } })
})
