import fc from 'fast-check'
import { sign } from 'retell-sdk'
import { symmetric } from 'retell-sdk/lib/webhook_auth'
import t from 'tap'
import { isSigned } from '../../../plugins/retell/authenticate.ts'
import { secret, signedAt, vectors } from './vectors.ts'

type Header = string | string[] | undefined

/** Whether a body with a header is taken, as of a moment. */
function taken(
  body: string | Buffer,
  header: Header,
  { now = signedAt, credentials = { apiKey: secret } as never } = {},
) {
  const request = { method: 'POST', url: '', door: 'functions', headers: { 'x-retell-signature': header } } as const
  return isSigned({ ...request, body: Buffer.from(body as string) }, credentials, now)
}

t.test('what Retell signed is taken', async (t) => {
  for (const [name, { body, header }] of Object.entries(vectors)) {
    t.equal(taken(body, header), true, name)
    t.equal(await symmetric.verify(body, secret, header, { timestamp: signedAt }), true, `${name}: so says Retell`)
  }
  const body = JSON.stringify({ name: 'book', args: { customer: 'Zoë' } })
  t.equal(taken(body, await sign(body, secret), { now: Date.now() }), true, 'signed just now')
})

t.test('five minutes before and after, and not a millisecond more', async (t) => {
  const { body = '', header } = vectors['a function, in UTF-8'] ?? {}
  for (const off of [-300_000, -1, 0, 1, 300_000]) t.equal(taken(body, header, { now: signedAt + off }), true, `${off}`)
  for (const off of [-300_001, 300_001, 86_400_000])
    t.equal(taken(body, header, { now: signedAt + off }), false, `${off}`)
  const seconds = await symmetric.sign(body, secret, signedAt / 1_000)
  t.equal(taken(body, seconds), false, 'a time in seconds is long ago')
})

t.test('it is the bytes that are signed', async (t) => {
  const value = { name: 'book', args: { customer: 'Zoë Müller', note: 'a\nb' }, call: { call_id: 'call_1' } }
  const plain = JSON.stringify(value)
  const { name, ...rest } = value
  const forms = {
    plain,
    spaced: JSON.stringify(value, null, 2),
    escaped: plain.replace(/[^ -~]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`),
    'in another order': JSON.stringify({ ...rest, name }),
    'with a line break behind it': `${plain}\n`,
  }
  for (const [form, body] of Object.entries(forms)) {
    const header = await symmetric.sign(body, secret, signedAt)
    for (const [other, text] of Object.entries(forms)) {
      t.equal(taken(text, header), text === body, `signed ${form}, sent ${other}`)
    }
  }
})

t.test('either of two keys during a rotation, and the old one no more after it', async (t) => {
  const body = '{}'
  const [old, fresh] = await Promise.all(['key_old', 'key_new'].map((key) => symmetric.sign(body, key, signedAt)))
  const rotating = { apiKey: 'key_new', previousApiKey: 'key_old' } as never
  for (const header of [old, fresh]) t.equal(taken(body, header, { credentials: rotating }), true)
  const rotated = { apiKey: 'key_new' } as never
  t.equal(taken(body, fresh, { credentials: rotated }), true)
  t.equal(taken(body, old, { credentials: rotated }), false)
})

t.test('everything else is refused', async (t) => {
  const body = '{"name":"book"}'
  const good = await symmetric.sign(body, secret, signedAt)
  const digest = good.split('d=')[1] ?? ''
  const forgeries: Record<string, Header> = {
    none: undefined,
    empty: '',
    'a flipped bit': `${good.slice(0, -1)}${good.endsWith('0') ? '1' : '0'}`,
    'another time': good.replace('v=1790000000000', 'v=1790000000001'),
    truncated: good.slice(0, 60),
    'too long': `${good}00`,
    'a space': good.replace(',', ', '),
    'a space behind': `${good} `,
    'without its time': `d=${digest}`,
    'the digest alone': digest,
    'turned round': `d=${digest},v=${signedAt}`,
    'a time without end': good.replace('v=', `v=${'9'.repeat(400)}`),
    'a negative time': good.replace('v=', 'v=-'),
    twice: [good, good],
    'twice, joined': `${good}, ${good}`,
    'another key': await symmetric.sign(body, 'key_other', signedAt),
    'another body': await symmetric.sign(`${body} `, secret, signedAt),
  }
  for (const [name, header] of Object.entries(forgeries)) t.equal(taken(body, header), false, name)
  t.equal(taken(body, good.toUpperCase().replace('V=', 'v=').replace('D=', 'd=')), true, 'hex in capitals is the same')
  t.equal(taken(body, good, { credentials: null as never }), false, 'a connection that there is not')
  // The empty key is no Web Crypto key, and anybody has it.
  const { createHmac } = await import('node:crypto')
  const empty = `v=${signedAt},d=${createHmac('sha256', '').update(`${body}${signedAt}`).digest('hex')}`
  for (const credentials of [null, {}, { apiKey: '' }, { apiKey: secret, previousApiKey: '' }]) {
    t.equal(
      taken(body, empty, { credentials: credentials as never }),
      false,
      `the empty key: ${JSON.stringify(credentials)}`,
    )
  }
})

t.test('it says what Retell says, whatever is signed and sent', async () => {
  const texts = fc.string({ unit: 'binary' })
  await fc.assert(
    fc.asyncProperty(
      texts,
      texts,
      fc.string({ minLength: 1 }),
      fc.integer({ min: -400_000, max: 400_000 }),
      async (body, other, key, off) => {
        const header = await symmetric.sign(body, key, signedAt + off)
        for (const sent of [body, other]) {
          const theirs = await symmetric.verify(sent, key, header, { timestamp: signedAt })
          const ours = taken(sent, header, { credentials: { apiKey: key } as never })
          if (ours !== theirs) throw new Error(`ours ${ours}, theirs ${theirs}`)
        }
      },
    ),
    { numRuns: 300 },
  )
})

t.test('no header and no body makes it throw', async () => {
  fc.assert(
    fc.property(
      fc.uint8Array(),
      fc.oneof(fc.string(), fc.constant(undefined), fc.array(fc.string())),
      (bytes, header) => {
        if (taken(Buffer.from(bytes), header)) throw new Error('taken')
      },
    ),
  )
})
