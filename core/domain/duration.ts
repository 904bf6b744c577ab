const milliseconds = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const
const form = /^(\d{1,7})(ms|s|m|h|d)$/

/** How a length of time is written in settings: `500ms`, `1s`, `5m`, `6h`, `30d`. Source of a JSON Schema `pattern`. */
export const durationPattern = form.source

/** The same, where nothing at all would make no sense: `0s` is refused. */
export const positiveDurationPattern = '^(?!0+[a-z])\\d{1,7}(ms|s|m|h|d)$'

/** Milliseconds of a written length of time, or null where the text is none. Seven digits keep it a safe integer. */
export function parseDuration(text: string): number | null {
  const [, count, unit] = form.exec(text) ?? []
  return count === undefined ? null : Number(count) * milliseconds[unit as keyof typeof milliseconds]
}
