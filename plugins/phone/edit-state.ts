import type { Instant, PluginState } from '#core'

/** So often another writer may have been faster; each time one of them got on. */
const rounds = 100

/**
 * Reads a value of the plugin's state, changes it and writes it back unless somebody wrote meanwhile: then again.
 * `change` must not have effects.
 */
export async function editState<T>(
  state: PluginState,
  key: string,
  expiresAt: Instant,
  change: (found: T | null) => T,
): Promise<T> {
  for (let round = 0; round < rounds; round++) {
    const found = await state.get(key)
    const next = change((found?.value as T | undefined) ?? null)
    if (await state.put(key, next, { version: found?.version ?? 0, expiresAt })) return next
  }
  throw new Error('the state of a call is written by too many at once')
}
