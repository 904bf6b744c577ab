import {
  type Author,
  type CallContext,
  epoch,
  type Gateway,
  type Instant,
  type PluginState,
  type TenantView,
} from '#core'
import { type CallNotes, editNotes, holderOf, readNotes } from './call-notes.ts'
import type { PhoneSettings } from './options.ts'
import type { Saying } from './say-time.ts'
import type { Language } from './when/spoken.ts'

/** What of the gateway the functions use. */
export type Desk = Pick<Gateway, 'appointments' | 'availability' | 'services' | 'tenants' | 'state' | 'clock' | 'log'>

/** What every function of a call stands on: who is called, in which language, who is on the line, and until when. */
export type Conversation = {
  readonly desk: Desk
  readonly settings: PhoneSettings
  readonly tenant: TenantView
  readonly call: CallContext
  /** Which request of the call it is: equal where the vendor sends it again; null where that cannot be told. */
  readonly request: string | null
  readonly language: Language
  /** Whose changes the call's are. */
  readonly author: Author
  /** In whose name what is offered is held. */
  readonly holder: string
  readonly state: PluginState
  /** By then the answer must be there. */
  readonly until: Instant
}

/** Milliseconds in which the answer must be there; never negative. */
export function leftMs({ desk, until }: Conversation): number {
  return Math.max(0, epoch(until) - epoch(desk.clock.now()))
}

/** How times are said in this call. */
export function sayingIn({ desk, tenant, language }: Conversation): Saying {
  return { now: desk.clock.now(), timeZone: tenant.timeZone, language }
}

export function notesOf({ state, call }: Conversation): Promise<CallNotes> {
  return readNotes(state, call.callId)
}

/** Changes the notes of the call; `change` may be asked more than once. */
export function note({ state, call, desk }: Conversation, change: (notes: CallNotes) => CallNotes): Promise<CallNotes> {
  return editNotes(state, call.callId, desk.clock.now(), change)
}

type Parts = Omit<Conversation, 'author' | 'holder'>

/** A conversation about a call that came by a vendor's connection. */
export function converse(
  parts: Parts,
  { vendor, connectionId }: { vendor: string; connectionId: string },
): Conversation {
  const { tenant, call } = parts
  return {
    ...parts,
    author: { tenantId: tenant.id, origin: { name: vendor, connectionId }, by: `call:${call.callId}` },
    holder: holderOf(call.callId),
  }
}
