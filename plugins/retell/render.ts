import type { Answered, PhoneReply, ToolResult } from '#core'
import { limits } from './limits.ts'

const headers = { 'content-type': 'application/json; charset=utf-8' }

/** The answer to a function: one JSON object, which Retell hands to the LLM as text. There is one function a request. */
export function render([answer]: readonly Answered[]): PhoneReply {
  return { status: 200, headers, body: answer === undefined ? '{}' : fitted(answer.result) }
}

/** The answer to the inbound webhook. Without variables Retell goes by the settings of the number. */
export function renderGreeting(variables: Readonly<Record<string, string>>): PhoneReply {
  const hasAny = Object.keys(variables).length > 0
  const call_inbound = hasAny ? { dynamic_variables: variables } : {}
  return { status: 200, headers, body: JSON.stringify({ call_inbound }) }
}

/**
 * On one line and within the limit: cut off in the middle it would be no JSON. What is too long loses what is not needed
 * to go on, then the ends of its sentences.
 */
function fitted(result: ToolResult): string {
  const whole = JSON.stringify(result, onOneLine)
  if (whole.length <= limits.maxResponseChars) return whole
  const { success, code, message, instruction } = result
  const cut = (sentence: string) => [...sentence].slice(0, 1_000).join('')
  const short = { success, code, message: cut(message), ...(instruction && { instruction: cut(instruction) }) }
  return JSON.stringify(short, onOneLine)
}

function onOneLine(_key: string, value: unknown): unknown {
  return typeof value === 'string' ? value.replace(/\s*[\r\n\u2028\u2029]+\s*/g, ' ') : value
}
