import { type Booking, holdsTime } from './booking.ts'
import { CalError } from './errors.ts'

const dayMs = 86_400_000

/** Bookings found by uid, by host and time, by attendee and by time of change, each without a scan of the others. */
export class BookingIndex {
  readonly #byUid = new Map<string, Booking>()
  readonly #byEmail = new Map<string, Set<Booking>>()
  readonly #byHost = new Map<number, Set<Booking>>()
  readonly #busy = new Map<string, Set<Booking>>()
  readonly #slots = new Map<string, string>()
  readonly #repeats = new Map<string, Booking>()
  readonly #series = new Map<string, Booking[]>()

  /** Adds a row; 409 `booking_conflict_error` where an accepted one has the very same host, start and end. */
  insert(booking: Booking): void {
    if (booking.status === 'accepted') this.#claimSlot(booking)
    if (holdsTime(booking)) this.#hold(booking)
    this.#byUid.set(booking.uid, booking)
    put(this.#byHost, booking.hostId, booking)
    for (const attendee of booking.attendees) this.indexEmail(booking, attendee.email)
    this.#repeats.set(repeatKey(booking.eventTypeId, booking.start, booking.attendees[0]?.email ?? ''), booking)
    if (booking.recurringBookingUid) {
      const series = this.#series.get(booking.recurringBookingUid)
      if (series) series.push(booking)
      else this.#series.set(booking.recurringBookingUid, [booking])
    }
  }

  /** Changes a row in place and moves it in the indexes. */
  update(booking: Booking, change: Partial<Booking>): void {
    const next = { ...booking, ...change }
    // A confirmation checks nothing: two requests for one slot can both be confirmed, as in Cal.com (cal.diy issue 29958).
    if (next.status === 'accepted' && !this.#slots.has(slotKey(booking))) this.#slots.set(slotKey(booking), booking.uid)
    if (next.status !== 'accepted') this.#releaseSlot(booking)
    if (holdsTime(next)) this.#hold(booking)
    else this.#release(booking)
    Object.assign(booking, change)
    // Out and in again, so that the host's set stays in order of change: the newest stands at the end.
    const ofHost = this.#byHost.get(booking.hostId)
    ofHost?.delete(booking)
    ofHost?.add(booking)
  }

  indexEmail(booking: Booking, email: string): void {
    if (email) put(this.#byEmail, email.toLowerCase(), booking)
  }

  find(uid: string): Booking | undefined {
    return this.#byUid.get(uid)
  }

  series(uid: string): Booking[] {
    return this.#series.get(uid) ?? []
  }

  all(): IterableIterator<Booking> {
    return this.#byUid.values()
  }

  /** A host's bookings, in order of their last change. */
  ofHost(hostId: number): ReadonlySet<Booking> {
    return this.#byHost.get(hostId) ?? none
  }

  ofEmail(email: string): ReadonlySet<Booking> {
    return this.#byEmail.get(email.toLowerCase()) ?? none
  }

  /** The last booking of the same event type, start and booker. */
  repeatOf(eventTypeId: number, start: number, email: string): Booking | undefined {
    return this.#repeats.get(repeatKey(eventTypeId, start, email))
  }

  /** What holds a host's time in a span, buffers included. */
  *busyBetween(hostId: number, from: number, to: number): Generator<Booking> {
    const seen = new Set<Booking>()
    for (let day = Math.floor(from / dayMs); day <= Math.floor((to - 1) / dayMs); day++) {
      for (const booking of this.#busy.get(`${hostId}/${day}`) ?? none) {
        if (booking.start - booking.bufferBefore >= to || booking.end + booking.bufferAfter <= from) continue
        if (seen.has(booking)) continue
        seen.add(booking)
        yield booking
      }
    }
  }

  clear(): void {
    for (const index of [this.#byUid, this.#byEmail, this.#byHost, this.#busy, this.#slots, this.#repeats])
      index.clear()
    this.#series.clear()
  }

  #claimSlot(booking: Booking): void {
    if (booking.overlapAllowed) return
    const slot = slotKey(booking)
    if (this.#slots.has(slot)) throw new CalError(409, 'booking_conflict_error', 'bare')
    this.#slots.set(slot, booking.uid)
  }

  #releaseSlot(booking: Booking): void {
    const slot = slotKey(booking)
    if (this.#slots.get(slot) === booking.uid) this.#slots.delete(slot)
  }

  #hold(booking: Booking): void {
    for (const day of daysOf(booking)) put(this.#busy, day, booking)
  }

  #release(booking: Booking): void {
    for (const day of daysOf(booking)) this.#busy.get(day)?.delete(booking)
  }
}

const none: ReadonlySet<Booking> = new Set()

const slotKey = ({ start, end, hostId }: Booking) => `${start}/${end}/${hostId}`

const repeatKey = (eventTypeId: number, start: number, email: string) =>
  `${eventTypeId}/${start}/${email.toLowerCase()}`

function daysOf(booking: Booking): string[] {
  const days: string[] = []
  const last = Math.floor((booking.end + booking.bufferAfter - 1) / dayMs)
  for (let day = Math.floor((booking.start - booking.bufferBefore) / dayMs); day <= last; day++) {
    days.push(`${booking.hostId}/${day}`)
  }
  return days
}

function put<K>(index: Map<K, Set<Booking>>, key: K, booking: Booking): void {
  const set = index.get(key)
  if (set) set.add(booking)
  else index.set(key, new Set([booking]))
}
