import type { TwinAccount } from './accounts.ts'
import { attendElsewhere, type Invitation } from './attend.ts'
import { type CreateBody, checkCreate } from './booking-body.ts'
import { bookingOutput } from './booking-output.ts'
import { cancelBooking, findBooking, rescheduleBooking } from './change-booking.ts'
import type { Caller, World } from './commit.ts'
import { createBooking } from './create-booking.ts'
import { confirmBooking, declineBooking, markAbsent, payBooking } from './decide-booking.ts'
import { CalError } from './errors.ts'
import { relocate } from './relocate.ts'
import type { Sender } from './sender.ts'

/** A booking as `GET /v2/bookings/{uid}` shows it, and what the API leaves out. */
export type TwinBooking = {
  id: number
  uid: string
  status: 'accepted' | 'pending' | 'cancelled' | 'rejected'
  /** `2026-09-01T09:00:00.000Z` */
  start: string
  end: string
  eventTypeId: number
  rejectionReason: string | null
  [field: string]: unknown
}

/** Who does something in Cal.com itself. */
export type By = 'attendee' | 'host'

/** What people do in Cal.com itself, past every gateway: on the booking page, in the host's dashboard. Fires webhooks. */
export class Calendar {
  readonly #world: World
  readonly #sender: Sender

  constructor(world: World, sender: Sender) {
    this.#world = world
    this.#sender = sender
  }

  /**
   * A customer books on the booking page, which sends no metadata of its own; rejects as the API would. The first of a
   * series is answered.
   */
  async book(input: CreateBody): Promise<TwinBooking> {
    const [booking] = await createBooking(this.#world, this.#caller(), checkCreate(input, this.#world.profile))
    return this.#shown((booking as { uid: string }).uid)
  }

  /** Somebody else hosts, the account only attends: its list shows the booking all the same. Throws for an unknown account. */
  async attend(account: TwinAccount | string, invitation: Invitation): Promise<TwinBooking> {
    const guest = typeof account === 'string' ? this.#world.ledger.accountByUsername(account) : account
    if (!guest) throw new CalError(404, `The twin has no account "${account}"`)
    return this.#shown((await attendElsewhere(this.#world, this.#caller(), guest, invitation)).uid)
  }

  /** Moves a booking; answers the new one. `by` the host also keeps an event that needs confirming accepted. */
  async reschedule(uid: string, start: string, by: By = 'attendee', reason?: string): Promise<TwinBooking> {
    const who = this.#emailOf(uid, by)
    const body = { start, ...(who ? { rescheduledBy: who } : {}), ...(reason ? { reschedulingReason: reason } : {}) }
    return this.#shown((await rescheduleBooking(this.#world, this.#caller(uid, by), uid, body)).uid)
  }

  async cancel(uid: string, reason = 'Changed my mind', by: By = 'attendee'): Promise<TwinBooking> {
    await cancelBooking(this.#world, this.#caller(uid, by), uid, { cancellationReason: reason })
    return this.#shown(uid)
  }

  async confirm(uid: string): Promise<TwinBooking> {
    await confirmBooking(this.#world, this.#caller(uid, 'host'), uid)
    return this.#shown(uid)
  }

  async decline(uid: string, reason?: string): Promise<TwinBooking> {
    await declineBooking(this.#world, this.#caller(uid, 'host'), uid, reason)
    return this.#shown(uid)
  }

  async pay(uid: string): Promise<TwinBooking> {
    await payBooking(this.#world, this.#caller(), uid)
    return this.#shown(uid)
  }

  /** The host says who did not come; only after the start. */
  async markAbsent(
    uid: string,
    absent: { host?: boolean; attendees?: { email: string; absent: boolean }[] },
  ): Promise<TwinBooking> {
    await markAbsent(this.#world, this.#caller(uid, 'host'), uid, absent)
    return this.#shown(uid)
  }

  /** Sends MEETING_STARTED or MEETING_ENDED, which Cal.com's clock job sends at those times. */
  async meeting(uid: string, moment: 'started' | 'ended'): Promise<void> {
    const booking = findBooking(this.#world, uid)
    await this.#world.send({ trigger: moment === 'started' ? 'MEETING_STARTED' : 'MEETING_ENDED', booking })
  }

  /** The host changes the place. Only the hosted service tells of it. */
  async relocate(uid: string, location: string): Promise<TwinBooking> {
    await relocate(this.#world, this.#caller(uid, 'host'), uid, location)
    return this.#shown(uid)
  }

  /** Writes a row without changing what it says, as Cal.com does when a reference comes in: only `updatedAt` moves. */
  async touch(uid: string): Promise<TwinBooking> {
    this.#world.ledger.updateBooking(findBooking(this.#world, uid), { updatedAt: this.#world.clock() })
    return this.#shown(uid)
  }

  /** Makes a booking look older: what it says of its making and its last change lies `ms` further back. */
  backdate(uid: string, ms: number): TwinBooking {
    const booking = findBooking(this.#world, uid)
    const { createdAt, updatedAt } = booking
    this.#world.ledger.updateBooking(booking, { createdAt: createdAt - ms, updatedAt: updatedAt - ms })
    return this.#shown(uid)
  }

  #shown(uid: string): TwinBooking {
    return snapshotOf(this.#world, uid)
  }

  #caller(uid?: string, by?: By): Caller {
    const host = uid === undefined || by !== 'host' ? undefined : this.#world.ledger.bookings.find(uid)?.hostId
    const account = (host !== undefined && this.#world.ledger.accounts.get(host)) || null
    const email = uid === undefined || by !== 'attendee' ? undefined : this.#emailOf(uid, by)
    return {
      account,
      ...(email ? { email } : {}),
      source: 'WEBAPP',
      phantom: () => false,
      gap: async () => {},
      later: (job) => void this.#sender.track(job()),
    }
  }

  #emailOf(uid: string, by: By): string | undefined {
    const booking = findBooking(this.#world, uid)
    return by === 'host' ? this.#world.ledger.accounts.get(booking.hostId)?.email : booking.attendees[0]?.email
  }
}

/** A booking of the ledger, detached from it. */
export function snapshotOf(world: World, uid: string): TwinBooking {
  const booking = findBooking(world, uid)
  const { rejectionReason, paid } = booking
  return structuredClone({ ...bookingOutput(world.ledger, booking), rejectionReason, paid }) as unknown as TwinBooking
}
