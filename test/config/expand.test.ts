// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references to the environment look like that
import fc from 'fast-check'
import { test } from 'tap'
import { Type } from 'typebox'
import { expandAll, fill, mark } from '../../config/expand.ts'

const never = (name: string): never => {
  throw new Error(`missing ${name}`)
}

/** What becomes of a text, as if it stood in the file by itself. */
function expand(source: string, environment: Record<string, string> = {}): string {
  const { text, references } = mark(source)
  return fill(text, references, environment, never)
}

test('a variable is filled in, anywhere in a text', async (t) => {
  t.equal(expand('${A}', { A: 'x' }), 'x')
  t.equal(expand('${A}:${B_2}@${A}', { A: 'x', B_2: 'y' }), 'x:y@x')
  t.equal(expand('none'), 'none')
})

test('a default stands in for what is not set or is empty, as in a shell', async (t) => {
  t.equal(expand('${A:-b}'), 'b')
  t.equal(expand('${A:-b}', { A: '' }), 'b')
  t.equal(expand('${A:-b}', { A: 'x' }), 'x')
  t.equal(expand('${A:-}'), '')
  t.equal(expand('${A:-http://h:1/?a=b-c}'), 'http://h:1/?a=b-c')
  t.equal(expand('${A}', { A: '' }), '', 'without a default the empty text is what was set')
})

test('a variable that is not set and has no default is named', async (t) => {
  t.throws(() => expand('${NOT_SET}'), /missing NOT_SET/)
})

test('what is no reference stays as it is', async (t) => {
  for (const text of ['$A', '${}', '${1A}', '${A-b}', '{A}', '${A', '$ {A}']) t.equal(expand(text, { A: 'x' }), text)
})

test('what a variable holds is never read for references again', async () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (a, b) => {
      const value = `\${B}${a}\uE0001\uE001`
      return expand('${A} ${B}', { A: value, B: b }) === `${value} ${b}`
    }),
  )
})

test('texts without a dollar sign come through unchanged', async () => {
  const text = fc.string({ unit: 'binary' }).filter((text) => !/[$\uE000]/.test(text))
  fc.assert(fc.property(text, (text) => expand(text) === text))
})

test('a default comes out as it was written', async () => {
  const fallback = fc.string().filter((text) => !/[}\n\uE000]/.test(text))
  fc.assert(fc.property(fallback, (text) => expand(`\${A:-${text}}`) === text))
})

test('numbers and booleans from the environment fit where the schema wants them, and only there', async (t) => {
  const schema = Type.Object({
    port: Type.Integer(),
    trust: Type.Union([Type.Boolean(), Type.String()]),
    key: Type.String(),
    list: Type.Array(Type.Object({ on: Type.Boolean() })),
    map: Type.Record(Type.String(), Type.Object({ enabled: Type.Boolean() })),
  })
  const { text, references } = mark('${V}')
  const filledWith = (value: string) => (marked: string) => fill(marked, references, { V: value }, never)
  const tree = { port: text, trust: text, key: text, list: [{ on: text }], map: { a: { enabled: text } }, other: text }
  t.same(expandAll(tree, schema, '', filledWith('42')), {
    port: 42,
    trust: '42',
    key: '42',
    list: [{ on: '42' }],
    map: { a: { enabled: '42' } },
    other: '42',
  })
  t.same(expandAll(tree, schema, '', filledWith('true')), {
    port: 'true',
    trust: true,
    key: 'true',
    list: [{ on: true }],
    map: { a: { enabled: true } },
    other: 'true',
  })
})

test('paths are told as they stand in the file', async (t) => {
  const { text } = mark('${V}')
  const paths: string[] = []
  const note = (_: string, path: string) => {
    paths.push(path)
    return ''
  }
  expandAll({ a: { b: [text, { c: text }] }, d: text, e: 'plain' }, {}, '', note)
  t.same(paths, ['a.b.0', 'a.b.1.c', 'd'])
})
