const suspects = /[\0\uD800-\uDFFF]/

/**
 * Where a value holds text that PostgreSQL cannot store (U+0000) or that is no Unicode (half a surrogate pair): its
 * path from `root`, or null. Names of fields are judged as well. Walks without recursion: the value is a stranger's.
 */
export function unstorableText(value: unknown, root: string): string | null {
  const waiting: [unknown, string][] = [[value, root]]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [found, path] = next
    if (typeof found === 'string' && !isStorable(found)) return path
    if (typeof found !== 'object' || found === null) continue
    for (const [key, inner] of Object.entries(found)) {
      // The name itself is what is broken, so it cannot be part of the answer.
      if (!isStorable(key)) return `${path}.(a field name)`
      waiting.push([inner, Array.isArray(found) ? `${path}[${key}]` : `${path}.${key}`])
    }
  }
  return null
}

function isStorable(text: string): boolean {
  return !suspects.test(text) || (!text.includes('\0') && text.isWellFormed())
}
