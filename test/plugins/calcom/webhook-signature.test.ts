import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import t from 'tap'
import type { RawRequest } from '#core'
import { isSigned } from '../../../plugins/calcom/webhook-signature.ts'

const hmac = (secret: string, body: Buffer) => createHmac('sha256', secret).update(body).digest('hex')
const body = Buffer.from('{"triggerEvent":"BOOKING_CREATED","payload":{"title":"Zoë"}}')
const signed = (signature: RawRequest['headers'][string], bytes = body): RawRequest => ({
  headers: { 'x-cal-signature-256': signature },
  body: bytes,
})

// RFC 4231, test case 2: a vector that is not made by the code under test.
t.test('a published vector', async (t) => {
  const mac = '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843'
  t.ok(isSigned(signed(mac, Buffer.from('what do ya want for nothing?')), ['Jefe']))
})

t.test('one of several secrets is enough, in any place', async (t) => {
  const good = signed(hmac('new', body))
  t.ok(isSigned(good, ['new']))
  t.ok(isSigned(good, ['new', 'old']))
  t.ok(isSigned(good, ['old', 'new']))
  t.notOk(isSigned(good, ['old', 'older']))
  t.notOk(isSigned(good, []))
})

t.test('it is over the exact bytes', async (t) => {
  const mac = hmac('s', body)
  t.notOk(isSigned(signed(mac, Buffer.from(JSON.stringify(JSON.parse(body.toString()), null, 1))), ['s']))
  t.notOk(isSigned(signed(mac, Buffer.concat([body, Buffer.from('\n')])), ['s']))
  const bytes = Buffer.from([0xff, 0xfe, 0x00, 0x80])
  t.ok(isSigned(signed(hmac('s', bytes), bytes), ['s']), 'no text is made of them')
})

t.test('what is no signature', async (t) => {
  const mac = hmac('s', body)
  const wrong: RawRequest['headers'][string][] = [
    undefined,
    '',
    'no-secret-provided',
    mac.toUpperCase(),
    `sha256=${mac}`,
    ` ${mac}`,
    `${mac}\n`,
    mac.slice(0, -1),
    mac.slice(0, -2),
    `${mac}00`,
    `${mac}, ${mac}`,
    [mac],
    [mac, mac],
    'g'.repeat(64),
    '0'.repeat(64),
  ]
  for (const header of wrong) t.notOk(isSigned(signed(header), ['s']), JSON.stringify(header))
  t.notOk(isSigned({ headers: {}, body }, ['s']))
  t.notOk(isSigned({ headers: { 'x-signature': mac }, body }, ['s']))
})

t.test('the empty key signs nothing, nor does the word for no secret', async (t) => {
  t.notOk(isSigned(signed(hmac('', body)), ['']))
  t.notOk(isSigned(signed(hmac('', body)), ['', 's']))
  t.notOk(isSigned(signed('no-secret-provided'), ['no-secret-provided']))
})

t.test('whatever comes, it is true only for the HMAC of a secret', async () => {
  const headers = fc.option(fc.oneof(fc.string(), fc.array(fc.string(), { maxLength: 3 })), { nil: undefined })
  fc.assert(
    fc.property(headers, fc.uint8Array(), fc.array(fc.string()), (header, bytes, secrets) => {
      return isSigned(signed(header, Buffer.from(bytes)), secrets) === false
    }),
  )
  fc.assert(
    fc.property(fc.uint8Array(), fc.string({ minLength: 1 }), fc.string({ minLength: 1 }), (bytes, one, other) => {
      const buffer = Buffer.from(bytes)
      return isSigned(signed(hmac(one, buffer), buffer), [other]) === (one === other)
    }),
  )
})
