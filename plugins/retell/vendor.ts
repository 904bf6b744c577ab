import type { PhoneVendor } from '#core'
import { isSigned } from './authenticate.ts'
import { limits } from './limits.ts'
import { linesOf } from './options.ts'
import { parse } from './parse.ts'
import { render, renderGreeting } from './render.ts'

/** Retell as a vendor of phone agents. */
export function createRetell(): PhoneVendor {
  return { name: 'retell', limits, lines: linesOf, authenticate: isSigned, parse, render, renderGreeting }
}
