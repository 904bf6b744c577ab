import type { FastifyInstance } from 'fastify'
import type { Cause, Origin } from '../domain/origin.ts'
import type { Instant } from '../domain/time.ts'
import type {
  AppointmentPage,
  AppointmentQuery,
  AppointmentView,
  BookRequest,
  BulkRequest,
  BulkView,
  CancelRequest,
  EditRequest,
  RescheduleRequest,
  TimelineEntry,
} from './appointments.ts'
import type { AvailabilityQuery, AvailabilityView, HeldVisit, HoldRequest } from './availability.ts'
import type {
  ConnectionCheck,
  ConnectionInput,
  ConnectionPatch,
  ConnectionView,
  ImportPreview,
  ImportRunView,
  LinkRequest,
  PauseRequest,
  ResolveRequest,
  ReviewView,
  ServiceInput,
  ServicePatch,
  ServiceView,
} from './catalogue.ts'
import type {
  KeyInput,
  KeyView,
  NewKeyView,
  Session,
  TenantInput,
  TenantPatch,
  TenantView,
  UserInput,
  UserPatch,
  UserView,
} from './people.ts'
import type { PhoneVendor, Receptionist } from './phone.ts'
import type { CalendarProvider, Log } from './provider.ts'
import type { StatsQuery, StatsView } from './statistics.ts'

/**
 * Whose change it is: the tenant, the origin, and the cause where it follows from something earlier. `by` says who by
 * kind and id (`user:…`, `key:…`); the journal keeps it for ever, so it is never a name or an address.
 */
export type Author = { tenantId: string; origin: Origin; cause?: Cause; by?: string }

/** Whose change it is where no tenant is there yet: that of a tenant itself. */
export type Founder = Omit<Author, 'tenantId'>

export type PageRequest = { limit?: number; cursor?: string }
export type Page<T> = { items: T[]; nextCursor: string | null }

/** `replayed` is true where the same Idempotency-Key had been answered before: the answer is that earlier one. */
export type Booked = { appointment: AppointmentView; replayed: boolean }

/**
 * How an appointment stands with the calendar that counts, the service's primary one. `confirmed`: it is there as wanted
 * (or gone, where it is cancelled), and was seen there. `requested`: it is there, and the calendar's owner must confirm it.
 * `refused`: it is not as wanted, and a person is asked; `code` as in the appointment's sync. `pending`: not known yet.
 */
export type Standing =
  | { is: 'confirmed' }
  | { is: 'requested' }
  | { is: 'refused'; code: string }
  | { is: 'pending'; code: string | null }

/** An appointment and how it stands. */
export type Followed = { standing: Standing; appointment: AppointmentView }

/** A line in an appointment's timeline that is no change of it. `message` and `data` hold no personal data. */
export type Remark = { kind: `call.${string}`; message: string; data?: Record<string, unknown> }

/**
 * The verbs of the product. All reject with `KalendsError`; a foreign or unknown id is `KAL_NOT_FOUND`. What they
 * return is already durable; the calendars follow.
 */
export interface Appointments {
  /**
   * With a `holder` (see `Availability`) it uses what that one holds, and rejects with KAL_SLOT_TAKEN what is promised to
   * anybody else. Without one it only keeps off what somebody holds: a desk may book over its own visits.
   */
  book(author: Author, request: BookRequest, options?: { idempotencyKey?: string; holder?: string }): Promise<Booked>
  /** `holder` as in `book`. */
  reschedule(
    author: Author,
    id: string,
    request: RescheduleRequest,
    options?: { holder?: string },
  ): Promise<AppointmentView>
  cancel(author: Author, id: string, request: CancelRequest): Promise<AppointmentView>
  edit(author: Author, id: string, request: EditRequest): Promise<AppointmentView>
  get(tenantId: string, id: string): Promise<AppointmentView>
  list(tenantId: string, query: AppointmentQuery): Promise<AppointmentPage>
  timeline(tenantId: string, id: string): Promise<{ items: TimelineEntry[] }>
  retrySync(author: Author, id: string): Promise<AppointmentView>
  /** Reads every booking back from its calendar and records what is true. Waits for the answer. */
  verify(author: Author, id: string): Promise<AppointmentView>
  /**
   * Waits until it is known how the appointment stands with its primary calendar, `withinMs` at the most, and does the work
   * towards it here and now, before everybody's who has more time: for somebody who waits on the line. What is not known
   * by then goes on without them.
   */
  follow(tenantId: string, id: string, options: { withinMs: number }): Promise<Followed>
  /** Writes a line into the timeline. */
  remark(author: Author, id: string, remark: Remark): Promise<void>
  bulk(author: Author, request: BulkRequest): Promise<BulkView>
  bulkRun(tenantId: string, id: string): Promise<BulkView>
}

/**
 * What is free, and what is kept for somebody who was offered it. The service's primary calendar says what is free; what
 * we hold or have promised and not yet written there is taken from it. Its place in a connection counts, whatever the
 * event type: two services of one account are never promised for one time. It is careful to a fault where several people
 * work behind one connection: for the minutes of a hold, or until a booking is written, a time counts as taken for all.
 * All reject with KAL_SERVICE_UNKNOWN and KAL_SERVICE_NOT_BOOKABLE; `find` and `hold` with KAL_CALENDAR_FAILED where the
 * calendar cannot be asked, or its connection is paused or needs a key (nothing is called free then), and
 * KAL_NO_AVAILABILITY where it has no list of free times.
 */
export interface Availability {
  /** Somebody with holds sees their own as free. Rejects with KAL_TIME_RANGE, and as times and zones do. */
  find(tenantId: string, query: AvailabilityQuery, options?: { holder?: string }): Promise<AvailabilityView>
  /**
   * Keeps a free start for its holder; doing it again keeps it for longer. Rejects with KAL_SLOT_TAKEN where it is not
   * free, or somebody was faster, on whichever gateway.
   */
  hold(tenantId: string, request: HoldRequest): Promise<HeldVisit>
  /** Gives back what a holder holds, or only the hold `id`. Doing it twice is doing it once. */
  release(tenantId: string, holder: string, id?: string): Promise<void>
}

export interface Services {
  list(tenantId: string, query: PageRequest): Promise<Page<ServiceView>>
  get(tenantId: string, idOrSlug: string): Promise<ServiceView>
  create(author: Author, input: ServiceInput): Promise<ServiceView>
  update(author: Author, id: string, patch: ServicePatch): Promise<ServiceView>
  /** Adds one link, checked as in `update`. One that is there already is left as it is. */
  link(author: Author, id: string, request: LinkRequest): Promise<ServiceView>
  remove(author: Author, id: string): Promise<void>
}

/** Taking in what a calendar held before it was connected. `id` is the connection's. */
export interface Imports {
  /** Asks the calendar. Rejects with KAL_CALENDAR_FAILED where it does not answer, KAL_IMPORT_REFUSED where it has no list. */
  importPreview(tenantId: string, id: string): Promise<ImportPreview>
  /** Starts in the background. Rejects with KAL_IMPORT_RUNNING while one runs. */
  import(author: Author, id: string): Promise<ImportRunView>
  /** The last run; null where there was none. */
  importRun(tenantId: string, id: string): Promise<ImportRunView | null>
}

export interface Connections extends Imports {
  list(tenantId: string, query: PageRequest): Promise<Page<ConnectionView>>
  get(tenantId: string, id: string): Promise<ConnectionView>
  create(author: Author, input: ConnectionInput): Promise<ConnectionView>
  update(author: Author, id: string, patch: ConnectionPatch): Promise<ConnectionView>
  remove(author: Author, id: string): Promise<void>
  check(author: Author, id: string): Promise<ConnectionCheck>
  pause(author: Author, id: string, request: PauseRequest): Promise<ConnectionView>
  /** Sends what has waited, each change once. */
  resume(author: Author, id: string): Promise<ConnectionView>
}

/**
 * What a plugin asks a person about. `code` is stable; `message` (without one it is the code's own sentence) and `details`
 * are our own words, without personal data.
 */
export type Asked = {
  code: string
  subject: { kind: 'appointment' | 'connection' | 'call'; id: string }
  appointmentId?: string | null
  connectionId?: string | null
  message?: string
  details?: Record<string, unknown>
}

export interface Reviews {
  /** Opens a review, or brings the open one up to date. A finding that was dismissed before is not raised again. */
  ask(author: Author, question: Asked): Promise<void>
  list(
    tenantId: string,
    query: PageRequest & { state?: string; code?: string; appointmentId?: string },
  ): Promise<Page<ReviewView>>
  get(tenantId: string, id: string): Promise<ReviewView>
  resolve(author: Author, id: string, request: ResolveRequest): Promise<ReviewView>
  /**
   * Closes a question that answered itself; `reason` is a sentence of our own and names nobody. False where it is closed
   * already, or says something else than at `version`.
   */
  heal(author: Author, id: string, request: { version: number; reason: string }): Promise<boolean>
}

export interface Stats {
  /** The figures of a tenant over a window (default: 24h). Rejects with KAL_VALIDATION for a window that is none, or not from 1h to 90d. */
  read(tenantId: string, query?: StatsQuery): Promise<StatsView>
}

export interface Tenants {
  list(query: PageRequest): Promise<Page<TenantView>>
  get(idOrSlug: string): Promise<TenantView>
  create(founder: Founder, input: TenantInput): Promise<TenantView>
  update(founder: Founder, id: string, patch: TenantPatch): Promise<TenantView>
}

export interface Users {
  list(tenantId: string, query: PageRequest): Promise<Page<UserView>>
  get(tenantId: string, id: string): Promise<UserView>
  create(author: Author, input: UserInput): Promise<UserView>
  update(author: Author, id: string, patch: UserPatch): Promise<UserView>
  remove(author: Author, id: string): Promise<void>
}

export interface Keys {
  list(tenantId: string, query: PageRequest): Promise<Page<KeyView>>
  get(tenantId: string, id: string): Promise<KeyView>
  create(author: Author, input: KeyInput): Promise<NewKeyView>
  remove(author: Author, id: string): Promise<void>
}

export interface Sessions {
  /** Rejects with KAL_LOGIN_FAILED alike for an unknown address and a wrong password. */
  login(email: string, password: string): Promise<Session>
  logout(token: string): Promise<void>
}

/** A change as it happened, for those who watch live. It names the appointment and never carries a person's data. */
export type LiveEvent = {
  tenantId: string
  id: string
  appointmentId: string | null
  kind: string
  at: Instant
}

/** A journal event handed to a durable subscriber, at least once and in an order that is the same for everybody. */
export type BusEvent = {
  tenantId: string
  id: string
  appointmentId: string | null
  connectionId: string | null
  kind: string
  version: number
  origin: Origin
  cause: Cause
  data: Record<string, unknown>
  at: Instant
}

export interface Bus {
  /** Durable: every event is handed over, in batches, from where the subscriber of this name last was. Throw to get it again. */
  subscribe(name: string, handle: (events: readonly BusEvent[]) => Promise<void>): void
  /** Live only: what happens while you watch. Returns the way to stop. */
  observe(tenantId: string, see: (event: LiveEvent) => void): () => void
}

/** Small JSON of a plugin, per connection. `version` guards against two writers: `put` answers false where it moved on. */
export interface PluginState {
  get(key: string): Promise<{ value: unknown; version: number } | null>
  put(key: string, value: unknown, options?: { version?: number; expiresAt?: Instant }): Promise<boolean>
  remove(key: string): Promise<void>
}

/** A job of a plugin: ids only in `data`; the handler loads what it needs and may run more than once. */
export interface Jobs {
  define(name: string, handle: (data: Record<string, string>) => Promise<void>): void
  send(name: string, data: Record<string, string>, options?: { key?: string; after?: Instant }): Promise<void>
}

/** Everything a plugin is lent in `setup`, and nothing more. */
export interface Gateway {
  readonly providers: { add(provider: CalendarProvider): void }
  /** A vendor has the name of its plugin. */
  readonly phoneVendors: { add(vendor: PhoneVendor): void }
  /** Takes the calls of every vendor. There is one; a second stops the start with KAL_PLUGIN_RECEPTIONIST. */
  receptionist(receptionist: Receptionist): void
  readonly appointments: Appointments
  readonly availability: Availability
  readonly services: Services
  readonly connections: Connections
  readonly reviews: Reviews
  readonly stats: Stats
  readonly tenants: Tenants
  readonly users: Users
  readonly keys: Keys
  readonly sessions: Sessions
  readonly bus: Bus
  readonly jobs: Jobs
  /** A tick only sends the job; with many gateways on one database it runs once. `every` in milliseconds. */
  schedule(name: string, every: number, job: { name: string; data?: Record<string, string> }): void
  state(connection: { tenantId: string; id: string }): PluginState
  /** This plugin's own Fastify scope: encapsulated, closed with the gateway. Every route needs `config.access`. */
  readonly http: FastifyInstance
  readonly clock: { now(): Instant }
  readonly log: Log
  /** What the plugin may know of the server it runs in. */
  readonly server: { publicUrl: string }
}
