import { readFileSync } from 'node:fs'
import { test } from 'tap'
import { type ErrorCode, errorTable, KalendsError } from '../../core/errors.ts'

const page = readFileSync(new URL('../../ERRORS.md', import.meta.url), 'utf8')
const rows = page
  .split('\n')
  .filter((line) => line.startsWith('| `KAL_'))
  .map((line) => {
    const [, code, status, again, title, detail] = line.split(/(?<!\\)\|/).map((cell) => cell.trim())
    return [code?.replaceAll('`', ''), { status, again, title, detail: detail?.replaceAll('\\|', '|') }] as const
  })

test('ERRORS.md and the table say the same, both ways', async (t) => {
  const hint = 'run: node test/core/errors-page.ts'
  t.same(
    rows.map(([code]) => code),
    Object.keys(errorTable),
    hint,
  )
  for (const [code, { status, retry, title, detail }] of Object.entries(errorTable)) {
    const row = new Map(rows).get(code)
    t.same(row, { status: String(status), again: retry ? 'yes' : 'no', title, detail }, `${code}: ${hint}`)
  }
})

test('every code is an HTTP error with a title and a sentence that ends', async (t) => {
  for (const [code, { status, title, detail }] of Object.entries(errorTable)) {
    t.match(code, /^KAL_[A-Z_]+$/)
    t.ok(status >= 400 && status < 600, `${code} has an error status`)
    t.match(title, /^[A-Z].*[^.]$/, `${code} has a title`)
    t.match(detail, /[.}]$/, `${code} has a sentence`)
  }
})

test('an error fills in its sentence, and leaves what it was not given', async (t) => {
  const cause = new Error('inner')
  const error = new KalendsError('KAL_FORBIDDEN', { needed: 'admin' }, { cause })
  t.equal(error.message, 'This needs the role admin; you have {role}.')
  t.match(error, { code: 'KAL_FORBIDDEN' satisfies ErrorCode, status: 403, retry: false, name: 'KalendsError', cause })
})

test('what is filled in is not read for parameters again', async (t) => {
  t.equal(new KalendsError('KAL_VALIDATION', { problem: '{problem}' }).message, '{problem}')
})
