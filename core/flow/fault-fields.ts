/**
 * What a log may say of a fault in work that somebody's words went into: its class, code and constraint. Never its
 * message, which may quote them.
 */
export function faultFields(error: unknown): Record<string, string> {
  const { name, code, constraint } = (error ?? {}) as Record<string, unknown>
  const fields = { reason: error instanceof Error ? name : typeof error, code, constraint }
  return Object.fromEntries(
    Object.entries(fields).flatMap(([key, value]) => (typeof value === 'string' ? [[key, value]] : [])),
  )
}
