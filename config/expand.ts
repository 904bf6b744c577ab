/** `${NAME}` or `${NAME:-default}`; the default runs to the next closing brace of the same line. */
const reference = /\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}\n]*))?\}/g
// Two characters of Unicode's private use area, which no setting needs, stand around a reference's number.
const [open, close] = ['\uE000', '\uE001']
const marker = new RegExp(`${open}(\\d+)${close}`, 'g')

export type Reference = { name: string; fallback: string | null }
export type Marked = { text: string; references: readonly Reference[] }

/**
 * Takes the references out of a YAML text and leaves markers that any YAML place takes: in `{ url: ${NAME:-x} }` the
 * braces would otherwise be read as YAML. The values come in after parsing, so that nothing in a variable can become
 * YAML, and a reference in a comment asks for nothing.
 */
export function mark(source: string): Marked {
  const references: Reference[] = []
  const text = source.replaceAll(open, '').replace(reference, (_, name: string, fallback?: string) => {
    references.push({ name, fallback: fallback ?? null })
    return `${open}${references.length - 1}${close}`
  })
  return { text, references }
}

/**
 * A text with its markers filled in; what a variable holds is never read for references again. As in a shell, an empty
 * variable takes the default where there is one. `missing` is called for a variable that is not set and has none.
 */
export function fill(
  text: string,
  references: readonly Reference[],
  environment: Readonly<Record<string, string | undefined>>,
  missing: (name: string) => never,
): string {
  return text.replace(marker, (whole, index: string) => {
    const found = references[Number(index)]
    if (found === undefined) return whole
    const value = environment[found.name]
    if (found.fallback !== null) return value === undefined || value === '' ? found.fallback : value
    return value ?? missing(found.name)
  })
}

function isMarked(text: string): boolean {
  return text.includes(open)
}

type Schema = { [key: string]: unknown }

/**
 * Fills the markers of a whole parsed file. A text that came from a variable becomes a number or a boolean where the
 * schema wants one: `port: ${PORT:-3000}`; a key that looks like a number stays the text that it is.
 */
export function expandAll(
  value: unknown,
  schema: unknown,
  path: string,
  filled: (text: string, path: string) => string,
): unknown {
  if (typeof value === 'string') return isMarked(value) ? fitted(filled(value, path), schema) : value
  if (typeof value !== 'object' || value === null) return value
  const at = (key: string) => (path === '' ? key : `${path}.${key}`)
  if (Array.isArray(value)) {
    return value.map((item, index) => expandAll(item, schemaOf(schema, null), at(String(index)), filled))
  }
  const entries = Object.entries(value)
  return Object.fromEntries(
    entries.map(([key, item]) => [key, expandAll(item, schemaOf(schema, key), at(key), filled)]),
  )
}

/** The schema of a key of an object, or of the items of a list where the key is null. */
function schemaOf(schema: unknown, key: string | null): unknown {
  if (typeof schema !== 'object' || schema === null) return undefined
  const { properties, patternProperties, items } = schema as Record<string, Schema | undefined>
  if (key === null) return items
  if (properties !== undefined) return Object.hasOwn(properties, key) ? properties[key] : undefined
  return patternProperties === undefined ? undefined : Object.values(patternProperties)[0]
}

function fitted(text: string, schema: unknown): unknown {
  const types = typesOf(schema)
  if (types.includes('boolean') && (text === 'true' || text === 'false')) return text === 'true'
  if ((types.includes('integer') || types.includes('number')) && /^-?\d+(\.\d+)?$/.test(text)) return Number(text)
  return text
}

function typesOf(schema: unknown): unknown[] {
  if (typeof schema !== 'object' || schema === null) return []
  const { type, anyOf } = schema as { type?: unknown; anyOf?: unknown[] }
  return anyOf === undefined ? [type] : anyOf.flatMap(typesOf)
}
