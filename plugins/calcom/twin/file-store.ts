import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'

/** The tables that are kept in the file. */
export type Table = 'account' | 'eventType' | 'booking' | 'webhook' | 'reservation'

/** A row of any table. */
export type Row = { id: number | string }

type Line = { table: Table; row: Row; gone?: true }

/**
 * State in a file of JSON lines, a row each; a later line of the same row wins. A change is appended before its reply is
 * sent, so a killed process loses nothing that it had answered. (One JSON document saved with a delay would lose the last moments.)
 */
export class FileStore {
  readonly #path: string
  #handle: number | null = null

  constructor(path: string) {
    this.#path = path
    mkdirSync(dirname(path), { recursive: true })
  }

  /** The rows of the file in the order of their first appearance. */
  load(): Line[] {
    if (!existsSync(this.#path)) return []
    const rows = new Map<string, Line>()
    for (const text of readFileSync(this.#path, 'utf8').split('\n')) {
      const line = parseLine(text)
      if (!line) continue
      const key = `${line.table}/${line.row.id}`
      if (line.gone) rows.delete(key)
      else rows.set(key, line)
    }
    return [...rows.values()]
  }

  /** Replaces the file by these rows: written beside it, forced to disk, renamed over it. */
  rewrite(rows: Iterable<Line>): void {
    const temporary = `${this.#path}.new`
    const handle = openSync(temporary, 'w', 0o600)
    for (const row of rows) writeSync(handle, `${JSON.stringify(row)}\n`)
    fsyncSync(handle)
    closeSync(handle)
    this.close()
    renameSync(temporary, this.#path)
    this.#handle = openSync(this.#path, 'a', 0o600)
  }

  append(line: Line): void {
    if (this.#handle !== null) writeSync(this.#handle, `${JSON.stringify(line)}\n`)
  }

  close(): void {
    if (this.#handle !== null) closeSync(this.#handle)
    this.#handle = null
  }
}

/** A process that is killed while it writes leaves half a line: that change was never answered, so it never happened. */
function parseLine(text: string): Line | null {
  try {
    return JSON.parse(text) as Line
  } catch {
    return null
  }
}
