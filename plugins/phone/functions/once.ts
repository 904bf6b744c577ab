import type { AppointmentView, ToolResult } from '#core'
import { type Did, type Request, withRequest } from '../call-notes.ts'
import { type Conversation, note, notesOf } from '../conversation.ts'
import { ownOf } from '../identity/proof.ts'
import { toldCancelled } from './cancel.ts'
import { tellOf } from './find.ts'
import { toldMoved } from './reschedule.ts'

/** Nothing was said of an appointment: all of them are meant. */
const anyOfThem = { name: null, reference: null, services: null, when: null }

/**
 * Does what a request wants, once. A vendor that heard no answer sends it again, late: what the call has changed since
 * then it must not undo, and it must not take what came since for what was meant then. So it is answered how things
 * stand. Where nothing changed since, or it still runs, it is done again and comes to the same.
 */
export async function once(conversation: Conversation, run: () => Promise<ToolResult>): Promise<ToolResult> {
  const { request } = conversation
  if (request === null) return run()
  const before = await begin(conversation, request)
  const told = before && (await toldSince(conversation, before))
  if (told) return told
  try {
    return await run()
  } finally {
    await note(conversation, (notes) => withRequest(notes, request, { turn: notes.turn }))
  }
}

/** Writes down that it came. What it was when it came before; null the first time. */
async function begin(conversation: Conversation, id: string): Promise<Request | null> {
  let before: Request | undefined
  await note(conversation, (notes) => {
    before = notes.requests.find((one) => one.id === id)
    return before ? notes : withRequest(notes, id, {})
  })
  return before ?? null
}

/** Null where it is to be done. */
async function toldSince(conversation: Conversation, { turn, did }: Request): Promise<ToolResult | null> {
  const notes = await notesOf(conversation)
  if (turn === null || turn === notes.turn) return null
  if (did !== null) return toldOf(conversation, did)
  // It came to nothing then. What it would find now is another thing than what was spoken of.
  const own = await ownOf(conversation, anyOfThem)
  return own.length > 0 ? { ...(await tellOf(conversation, own)), success: false } : null
}

async function toldOf(conversation: Conversation, did: Did): Promise<ToolResult | null> {
  const { desk, tenant } = conversation
  const appointment = await desk.appointments.get(tenant.id, did.appointmentId)
  if (isAsWanted(did, appointment)) {
    if (did.operation === 'book') return null
    return did.operation === 'move'
      ? toldMoved(conversation, appointment, did.was)
      : toldCancelled(conversation, appointment)
  }
  const newer = did.operation === 'book' ? await madeSince(conversation, did) : null
  if (newer) return { ...(await tellOf(conversation, [newer])), success: false }
  const told = appointment.status === 'cancelled' ? toldCancelled : tellOne
  return { ...(await told(conversation, appointment)), success: false }
}

const tellOne = (conversation: Conversation, appointment: AppointmentView) => tellOf(conversation, [appointment])

function isAsWanted(did: Did, { status, startsAt }: AppointmentView): boolean {
  if (did.operation === 'cancel') return status === 'cancelled'
  return status !== 'cancelled' && startsAt === did.startsAt
}

/** The same was cancelled and booked anew since then. */
async function madeSince(
  conversation: Conversation,
  { key, appointmentId }: Extract<Did, { operation: 'book' }>,
): Promise<AppointmentView | null> {
  const { desk, tenant } = conversation
  const now = (await notesOf(conversation)).asked.find((one) => one.key === key)?.appointmentId
  return now && now !== appointmentId ? desk.appointments.get(tenant.id, now) : null
}
