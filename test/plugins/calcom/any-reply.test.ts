import fc from 'fast-check'
import t from 'tap'
import { createCalcom } from '../../../plugins/calcom/provider.ts'
import { callAnswered } from './calling.ts'
import { calls, type Operation } from './operations.ts'
import { bodyOf, success } from './wired-replies.ts'

const provider = createCalcom()

/** Whether a body says success as Cal.com says it, judged by other means than the plugin's. */
function isEnvelope(body: string): boolean {
  try {
    return JSON.parse(body).status === 'success'
  } catch {
    return false
  }
}

// None of its own words can be written with these letters.
const words = fc.string({ unit: fc.constantFrom(...'xyz 0123456789"{}[]<>') })
const anyStatus = fc.oneof(fc.integer({ min: 100, max: 999 }), fc.constantFrom(200, 201, 204, 302, 400, 404, 409, 422))
const anyHeaders = fc.dictionary(
  fc.constantFrom('content-type', 'retry-after', 'x-ratelimit-reset-default', 'location', 'date'),
  fc.oneof(fc.string(), fc.integer().map(String)),
)

t.test('whatever comes is an outcome; done only by an envelope; never a refusal in unknown words', async () => {
  const error = fc.record({ status: fc.constant('error'), error: fc.record({ code: words, message: words }) })
  const half = fc.nat(400).map((length) => bodyOf(success('get')).slice(0, length))
  const body = fc.oneof(
    words,
    fc.json(),
    half,
    fc.oneof(error, fc.jsonValue()).map((value) => JSON.stringify(value)),
  )
  await fc.assert(
    fc.asyncProperty(anyStatus, body, anyHeaders, async (status, body, headers) => {
      for (const operation of Object.keys(calls) as Operation[]) {
        const outcome = await calls[operation](provider, callAnswered({ status, headers, body }))
        if (outcome === undefined) return false
        if (outcome.is === 'done' && !(status >= 200 && status < 300 && isEnvelope(body))) return false
        if (outcome.is === 'not_done' && outcome.retry === 'never') return false
      }
      return true
    }),
    { numRuns: 400 },
  )
})
