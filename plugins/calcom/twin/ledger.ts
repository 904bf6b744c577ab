import { type AccountInput, accountFrom, type TwinAccount } from './accounts.ts'
import type { Booking } from './booking.ts'
import { BookingIndex } from './booking-index.ts'
import { type EventTypeInput, eventTypeFrom, type TwinEventType } from './event-types.ts'
import type { FileStore, Row, Table } from './file-store.ts'
import type { Reservation } from './reservation.ts'
import type { Subscription } from './subscription.ts'

/** All that this Cal.com knows: its tables with their indexes. Every write goes through here, and to the file if there is one. */
export class Ledger {
  readonly accounts = new Map<number, TwinAccount>()
  readonly eventTypes = new Map<number, TwinEventType>()
  readonly webhooks = new Map<string, Subscription>()
  readonly reservations = new Map<string, Reservation>()
  readonly #bookings = new BookingIndex()
  readonly #accountByName = new Map<string, TwinAccount>()
  readonly #accountByKey = new Map<string, TwinAccount>()
  readonly #typeBySlug = new Map<string, TwinEventType>()
  readonly #lastIds = new Map<Table, number>()
  #store: FileStore | null = null

  /** Reads what the file holds and writes every later change to it. */
  open(store: FileStore): void {
    for (const { table, row } of store.load()) this.#restore(table, row)
    this.#store = store
    this.compact()
  }

  /** Writes the file anew, without what has been overtaken. */
  compact(): void {
    this.#store?.rewrite(this.#rows())
  }

  close(): void {
    this.#store?.close()
    this.#store = null
  }

  nextId(table: Table): number {
    const id = (this.#lastIds.get(table) ?? 0) + 1
    this.#lastIds.set(table, id)
    return id
  }

  /** The id that was given out last; 0 before the first. */
  lastId(table: Table): number {
    return this.#lastIds.get(table) ?? 0
  }

  /** Adds an account, or brings the one with this username up to date. */
  addAccount(input: AccountInput): TwinAccount {
    const account = accountFrom(this.accountByUsername(input.username)?.id ?? this.nextId('account'), input)
    this.putAccount(account)
    return account
  }

  /** Adds an event type, or brings the owner's one with this id or slug up to date. */
  addEventType(ownerId: number, input: EventTypeInput): TwinEventType {
    const known = input.id === undefined ? this.eventTypeBySlug(ownerId, input.slug) : this.eventTypes.get(input.id)
    const type = eventTypeFrom(input.id ?? known?.id ?? this.nextId('eventType'), ownerId, input, known)
    this.putEventType(type)
    return type
  }

  putAccount(account: TwinAccount): void {
    const before = this.accounts.get(account.id)
    if (before) this.#accountByKey.delete(before.keyHash)
    this.accounts.set(account.id, account)
    this.#accountByName.set(account.username, account)
    this.#accountByKey.set(account.keyHash, account)
    this.#saved('account', account)
  }

  accountByUsername(username: string): TwinAccount | undefined {
    return this.#accountByName.get(username)
  }

  accountByKey(keyHash: string): TwinAccount | undefined {
    return this.#accountByKey.get(keyHash)
  }

  putEventType(type: TwinEventType): void {
    const before = this.eventTypes.get(type.id)
    if (before) this.#typeBySlug.delete(`${before.ownerId}/${before.slug}`)
    this.eventTypes.set(type.id, type)
    this.#typeBySlug.set(`${type.ownerId}/${type.slug}`, type)
    this.#saved('eventType', type)
  }

  removeEventType(type: TwinEventType): void {
    this.eventTypes.delete(type.id)
    this.#typeBySlug.delete(`${type.ownerId}/${type.slug}`)
    this.#store?.append({ table: 'eventType', row: { id: type.id }, gone: true })
  }

  eventTypeBySlug(ownerId: number, slug: string): TwinEventType | undefined {
    return this.#typeBySlug.get(`${ownerId}/${slug}`)
  }

  get bookings(): Omit<BookingIndex, 'insert' | 'update' | 'clear'> {
    return this.#bookings
  }

  /** Adds a booking; 409 where its host, start and end are taken. */
  insertBooking(booking: Booking): void {
    this.#bookings.insert(booking)
    this.#saved('booking', booking)
  }

  updateBooking(booking: Booking, change: Partial<Booking>): void {
    this.#bookings.update(booking, change)
    this.#saved('booking', booking)
  }

  /** Puts one booking in the place of another; where the new time is taken (409) nothing changes. */
  moveBooking(old: Booking, next: Booking, change: Partial<Booking>): void {
    const before = { ...old }
    this.#bookings.update(old, change)
    try {
      this.insertBooking(next)
    } catch (error) {
      this.#bookings.update(old, before)
      throw error
    }
    this.#saved('booking', old)
  }

  putWebhook(webhook: Subscription): void {
    this.webhooks.set(webhook.id, webhook)
    this.#saved('webhook', webhook)
  }

  removeWebhook(id: string): void {
    this.webhooks.delete(id)
    this.#store?.append({ table: 'webhook', row: { id }, gone: true })
  }

  putReservation(reservation: Reservation): void {
    this.reservations.set(reservation.id, reservation)
    this.#saved('reservation', reservation)
  }

  removeReservation(id: string): void {
    this.reservations.delete(id)
    this.#store?.append({ table: 'reservation', row: { id }, gone: true })
  }

  /** Forgets bookings and reservations; accounts, event types and webhooks stay. */
  clearBookings(): void {
    this.#bookings.clear()
    this.reservations.clear()
    this.compact()
  }

  #saved(table: Table, row: Row): void {
    this.#noteId(table, row)
    this.#store?.append({ table, row })
  }

  #noteId(table: Table, row: Row): void {
    if (typeof row.id === 'number' && row.id > (this.#lastIds.get(table) ?? 0)) this.#lastIds.set(table, row.id)
  }

  #restore(table: Table, row: Row): void {
    if (table === 'account') this.putAccount(row as TwinAccount)
    else if (table === 'eventType') this.putEventType(row as TwinEventType)
    else if (table === 'booking') this.insertBooking(row as Booking)
    else if (table === 'webhook') this.putWebhook(row as Subscription)
    else this.putReservation(row as Reservation)
  }

  *#rows(): Generator<{ table: Table; row: Row }> {
    for (const row of this.accounts.values()) yield { table: 'account', row }
    for (const row of this.eventTypes.values()) yield { table: 'eventType', row }
    for (const row of this.#bookings.all()) yield { table: 'booking', row }
    for (const row of this.webhooks.values()) yield { table: 'webhook', row }
    for (const row of this.reservations.values()) yield { table: 'reservation', row }
  }
}
