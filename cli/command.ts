import type { ParseArgsConfig } from 'node:util'

/** Where a command prints, and what it may know of the place that it runs in. */
export type Io = {
  /** Results. */
  out(text: string): void
  /** Everything else: notes, warnings, errors. */
  err(text: string): void
  environment: Readonly<Record<string, string | undefined>>
}

export type Options = NonNullable<ParseArgsConfig['options']>

/** What was typed: options by their long name, and the rest in order. */
export type Typed = { values: Readonly<Record<string, string | boolean | undefined>>; words: readonly string[] }

/** One command of `kalends`, a file each. */
export type Command = {
  /** What can be typed after `kalends`, a line each. */
  usage: readonly string[]
  /** What it does, and its options, as its help prints them. */
  details: string
  /** Besides --config, --json and --help, which every command has. */
  options?: Options
  /** Answers the exit code: 0 where all is well, 1 where it is not. */
  run(typed: Typed, io: Io): Promise<0 | 1>
}

/** The command was not typed right: exit code 2, with the way to its help. */
export class UsageError extends Error {}

/** An option's text, or undefined. */
export function textOf({ values }: Typed, name: string): string | undefined {
  const value = values[name]
  return typeof value === 'string' ? value : undefined
}

/** Reads the words of a command that takes exactly these, such as `CONNECTION`. */
export function wordsOf({ words }: Typed, ...names: string[]): string[] {
  const missing = names[words.length]
  if (missing !== undefined) throw new UsageError(`${missing} is missing.`)
  const extra = words[names.length]
  if (extra !== undefined) throw new UsageError(`"${extra}" is more than this command takes.`)
  return [...words]
}
