/**
 * Who caused a change. `name` is the plugin that it came through (`calcom`, `retell`), or `admin` for a person at the
 * desk, `api` for a program with a key, `system` for the gateway itself.
 */
export type Origin = { name: string; connectionId?: string | null }

/** A change's place in the chain of causes: what started the chain, and how many systems it has passed since. */
export type Cause = { causalId: string; hops: number }

/** Past this many hops a change is circling between calendars: it is stopped and a person is told. */
export const hopLimit = 8

/** Whether a change may be sent to a connection: never back to the one that it came from. */
export function mayReach(origin: Origin, connectionId: string): boolean {
  return origin.connectionId !== connectionId
}
