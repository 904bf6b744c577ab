const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** Whether a text can be an id at all. What cannot is "not found"; asking the database with it would be a fault. */
export function isId(text: string): boolean {
  return uuid.test(text)
}

/** The id, or null where the text can be none: `id = null` finds nothing. */
export function idOrNull(text: string): string | null {
  return isId(text) ? text : null
}

/** Whether a text can be a slug or a name of a connection. What cannot (it may hold what no column takes) names nothing. */
export function isSlug(text: string): boolean {
  return /^[a-z0-9][a-z0-9-]{0,62}$/.test(text)
}
