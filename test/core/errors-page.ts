/** Writes ERRORS.md from the table: `node test/core/errors-page.ts`. The test beside this file holds the two together. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { errorTable } from '../../core/errors.ts'

const head = `# Errors

Every error that Kalends gives to a person has a stable code; codes are never reused. Over HTTP it is an
\`application/problem+json\` (RFC 9457) with the status, title and code below and the sentence as \`detail\`. \`{words in
braces}\` are filled in. *Again* says whether the same request, sent once more later, can succeed as it stands.

These are the codes of the API and of the program's start. Codes of a sync (\`SLOT_TAKEN\`, \`HTTP_422\`, …) say in their review
what happened and what to do. Codes of answers on the phone (\`BOOKED\`, \`PENDING\`, …) stand in
[plugins/phone](plugins/phone/README.md#the-codes).

| code | status | again | title | sentence |
|---|---|---|---|---|
`

const rows = Object.entries(errorTable).map(
  ([code, { status, retry, title, detail }]) =>
    `| \`${code}\` | ${status} | ${retry ? 'yes' : 'no'} | ${title} | ${detail.replaceAll('|', '\\|')} |`,
)
writeFileSync(join(import.meta.dirname, '../../ERRORS.md'), `${head}${rows.join('\n')}\n`)
