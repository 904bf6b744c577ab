/** The name of the unique constraint or index that a statement ran against, or null where the error is another. */
export function uniqueViolated(error: unknown): string | null {
  return constraintOf(error, '23505')
}

/** The name of the foreign key that a statement would have broken, or null where the error is another. */
export function referenceViolated(error: unknown): string | null {
  return constraintOf(error, '23503')
}

// SQLSTATEs: https://www.postgresql.org/docs/18/errcodes-appendix.html
function constraintOf(error: unknown, state: string): string | null {
  const { code, constraint } = (error ?? {}) as { code?: unknown; constraint?: unknown }
  return code === state && typeof constraint === 'string' ? constraint : null
}
