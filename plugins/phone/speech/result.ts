import type { Json, ToolResult } from '#core'
import type { Language } from '../when/spoken.ts'
import { instructions, withoutOptions } from './instructions.ts'
import type { SpeechKey, SpeechValues } from './keys.ts'
import { longestMessage, say } from './say.ts'
import { speakable } from './speakable.ts'

/** Characters of an answer as JSON: an LLM reads all of it while the caller waits. */
export const longestResult = 2_000
/** More than three times to choose from nobody remembers who only hears them. */
const mostOptions = 3

/** One of what the caller may choose from: the moment with the offset of the business, and how it is said. */
export type SpokenOption = { readonly start: string; readonly say: string }

type Parts<K extends SpeechKey> = {
  language: Language
  key: K
  success: boolean
  values: SpeechValues[K]
  options?: readonly SpokenOption[]
  /** What the agent may need besides, such as `appointment_ref`; no id of ours. */
  fields?: Readonly<Record<string, Json>> & { readonly [name in 'success' | 'code' | 'message']?: never }
}

/**
 * An answer that a voice can say: the key is its code, `message` can be said as it stands. What is too long loses its
 * fields first, the last one first, then options from the end, then the instruction: the message always goes out whole.
 */
export function result<K extends SpeechKey>({ language, key, success, values, options, fields }: Parts<K>): ToolResult {
  const extra = Object.entries(fields ?? {}).map(([name, value]) => [name, plain(value)] as const)
  const choices = (options ?? []).slice(0, mostOptions).map((one) => ({ start: one.start, say: speakable(one.say) }))
  const message = say(language, key, values)
  const build = (shown: number, more: number, told: boolean): ToolResult => {
    const instruction = (shown === 0 ? withoutOptions[key] : undefined) ?? instructions[key]
    return {
      success,
      code: key,
      message,
      ...Object.fromEntries(extra.slice(0, more)),
      ...(shown > 0 && { options: choices.slice(0, shown) }),
      ...(told && instruction !== undefined && { instruction }),
    }
  }
  for (let more = extra.length; more >= 0; more--) {
    const whole = build(choices.length, more, true)
    if (fits(whole)) return whole
  }
  for (let shown = choices.length - 1; shown >= 0; shown--) {
    const short = build(shown, 0, true)
    if (fits(short)) return short
  }
  return build(0, 0, false)
}

const fits = (answer: ToolResult) => JSON.stringify(answer).length <= longestResult

/** A value on one line: an LLM takes a line break in a tool's answer for the end of it. */
function plain(value: Json): Json {
  if (typeof value === 'string') return value.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ').slice(0, longestMessage)
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, plain(inner)]))
}
