import t from 'tap'
import { bar, createProgress } from '../../cli/progress.ts'

const clear = '\r\u001b[2K'

t.test('a bar fills up and never wraps', async (t) => {
  t.equal(bar('Importing', 0, 200, 40), `Importing [${'.'.repeat(21)}] 0/200`)
  t.equal(bar('Importing', 100, 200, 80), `Importing [${'#'.repeat(20)}${'.'.repeat(20)}] 100/200`)
  t.equal(bar('Importing', 200, 200, 80), `Importing [${'#'.repeat(40)}] 200/200`)
  t.match(bar('Importing', 250, 200, 80), /\[#{40}\] 250\/200/, 'more than were foreseen')
  t.match(bar('Importing', 0, 0, 80), /\[\.{40}\] 0\/0/)
  for (let columns = 1; columns < 100; columns++) {
    const line = bar('Importing', 123, 4567, columns)
    t.ok(line.length < columns, `${columns} columns: ${line.length}`)
  }
})

t.test('it is drawn over itself on a terminal, and nowhere else', async (t) => {
  const written: string[] = []
  const screen = (isTTY: boolean) => ({ isTTY, columns: 60, write: (text: string) => written.push(text) })
  const file = createProgress('Importing', screen(false))
  file.show(1, 2)
  file.end()
  t.same(written, [])
  const progress = createProgress('Importing', screen(true))
  for (const done of [0, 1, 1, 2]) progress.show(done, 2)
  progress.end()
  progress.end()
  t.equal(written.length, 4, 'what says the same is not drawn again')
  for (const text of written) t.ok(text.startsWith(clear), JSON.stringify(text))
  t.equal(written.at(-1), clear, 'and it is taken away')
})
