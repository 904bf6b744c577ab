import type { AppointmentView, TimelineEntry } from '../../core/contract/appointments.ts'
import type { Client } from './client.ts'
import type { PhoneLine } from './phone-line.ts'

/** A booking as the sandbox shows it. */
export type Remote = {
  uid: string
  title: string
  status: string
  start: string
  end: string
  metadata: Record<string, unknown>
}

/** What the story is played on. */
export type Stage = {
  api: Client
  sandbox: Client
  /** The phone of the salon; null where nobody takes calls. */
  phone: PhoneLine | null
  say(line: string): void
  sleep(ms: number): Promise<unknown>
  /** How long the calendar may take to agree, in milliseconds. */
  patience: number
}

/** Something is not as it should be: the demo ends there, and says so. */
export class NotSo extends Error {}

/** Stops the demo where a promise is not kept. */
export function expect(kept: boolean, promise: string): asserts kept {
  if (!kept) throw new NotSo(promise)
}

/** Every booking of the sandbox. */
export async function remotes({ sandbox }: Stage): Promise<Remote[]> {
  return (await sandbox.ask<Remote[]>('GET', '/_twin/bookings')).body
}

/** The bookings in the sandbox that carry the gateway id of this appointment, oldest first. */
export async function remotesOf(stage: Stage, { bookings }: AppointmentView): Promise<Remote[]> {
  const ids = bookings.map(({ gatewayId }) => gatewayId)
  return (await remotes(stage)).filter(({ metadata }) => ids.includes(String(metadata.kalendsId)))
}

/** Looks again and again until it is so; ends the demo where it never is. */
export async function until<T>(
  { sleep, patience }: Stage,
  look: () => Promise<T>,
  isSo: (seen: T) => boolean,
  promise: string,
): Promise<T> {
  for (const end = Date.now() + patience; ; await sleep(10)) {
    const seen = await look()
    if (isSo(seen)) return seen
    expect(Date.now() < end, promise)
  }
}

/** The appointment when its calendar agrees with it. */
export function synced(stage: Stage, id: string): Promise<AppointmentView> {
  const look = async () => (await stage.api.ask<AppointmentView>('GET', `/api/v1/appointments/${id}`)).body
  const promise = 'the calendar should agree with the appointment'
  return until(stage, look, ({ sync }) => sync.status === 'synced', promise)
}

/** What happened to an appointment, in order. */
export async function timeline({ api }: Stage, id: string): Promise<TimelineEntry[]> {
  return (await api.ask<{ items: TimelineEntry[] }>('GET', `/api/v1/appointments/${id}/timeline`)).body.items
}
