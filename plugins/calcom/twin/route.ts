import type { TwinAccount } from './accounts.ts'
import type { Caller, World } from './commit.ts'
import type { ListView } from './list-faults.ts'
import type { Family, Shapes } from './versions.ts'

/** A call that passed limits and authentication. */
export type Call = {
  account: TwinAccount | null
  params: Record<string, string>
  query: Record<string, string>
  body: unknown
  shapes: Shapes
  caller: Caller
  /** How a list of bookings differs from the truth; asked for once by each list. */
  view(): ListView
}

/** What a route answers: `data` in the success envelope, `more` beside it (pagination), and the booking that it is about. */
export type Answer = { data: unknown; status?: number; more?: Record<string, unknown>; bookingUid?: string }

/** An endpoint as a value. `old` answers for 2024-04-15 and may be missing: then that version finds no route. */
export type Route = {
  operation: string
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  path: string
  /** Where it is optional a bad credential is refused all the same. */
  auth: 'required' | 'optional'
  family: Family
  answer: (world: World, call: Call) => Answer | Promise<Answer>
  old?: (world: World, call: Call) => Answer | Promise<Answer>
}
