/** Names that models wrap the arguments in, although they are the arguments already. */
const envelopes = new Set(['args', 'arguments', 'parameters', 'params', 'input', 'payload', 'data'])

/** Deeper than this, and more than this, is nobody's argument. */
const deepest = 4
const most = 200

/** Longest text that is tried as JSON. */
const longestJson = 20_000

const umlauts: Record<string, string> = { ä: 'ae', ö: 'oe', ü: 'ue', ß: 'ss' }

/**
 * The arguments of a call as one flat map of canonical names: `customerName`, `Customer-Name` and `customer: { name }`
 * are `customer_name`. Takes an object, JSON text of one (also twice encoded), an envelope of one, or a list that begins
 * with one; anything else is an empty map. Never throws. The first of equal names stays.
 */
export function argumentMap(raw: unknown): ReadonlyMap<string, unknown> {
  const found = new Map<string, unknown>()
  gather(opened(raw), '', 0, found)
  return found
}

function gather(value: unknown, path: string, depth: number, found: Map<string, unknown>): void {
  if (!isObject(value) || depth > deepest) return
  for (const [name, sent] of Object.entries(value)) {
    if (found.size >= most) return
    const inner = opened(sent)
    const isEnvelope = depth < 2 && envelopes.has(canonicalName(name)) && isObject(inner)
    const key = isEnvelope ? path : [path, canonicalName(name)].filter((part) => part !== '').join('_')
    if (isObject(inner)) gather(inner, key, depth + 1, found)
    else if (!found.has(key)) found.set(key, Array.isArray(sent) ? listText(sent) : sent)
  }
}

/** A list as one text, for models that send `services: ["cut", "colour"]`. */
function listText(list: readonly unknown[]): string {
  return list
    .filter((item) => typeof item === 'string' || typeof item === 'number')
    .slice(0, 10)
    .join(', ')
}

/** Text that holds an object, opened; a list's first object; everything else as it is. */
function opened(value: unknown): unknown {
  let inner = value
  for (let times = 0; times < 3 && typeof inner === 'string' && /^\s*["[{]/.test(inner); times++) {
    if (inner.length > longestJson) return value
    try {
      inner = JSON.parse(inner)
    } catch {
      return value
    }
  }
  const first = Array.isArray(inner) ? inner.find(isObject) : inner
  return isObject(first) ? first : value
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** `customerName`, `Customer Name` and `customer-name` are one name: `customer_name`. */
export function canonicalName(name: string): string {
  return name
    .slice(0, 80)
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[äöüß]/g, (letter) => umlauts[letter] ?? letter)
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
}
