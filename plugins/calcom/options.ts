import { type Static, Type } from 'typebox'
import { Value } from 'typebox/value'
import { closed, type ProviderConnection } from '#core'

const version = (what: string, fallback: string) =>
  Type.Optional(
    Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$', default: fallback, description: `cal-api-version of ${what}` }),
  )

const Versions = closed(
  {
    bookings: version('create, get, reschedule and cancel', '2024-08-13'),
    list: version('the list of bookings', '2024-08-13'),
    slots: version('free slots', '2024-09-04'),
    eventTypes: version('event types', '2024-06-14'),
  },
  {
    description:
      'Cal.com versions each endpoint by a header, and takes an unknown value silently for its oldest version, which ignores filters and answers in other shapes. Change these only together with a green `check`.',
  },
)

const syntheticEmailDomain = Type.Optional(
  Type.String({
    pattern: '^[a-z0-9-]+(\\.[a-z0-9-]+)+$',
    description:
      'A domain of yours that receives no mail. A customer without an e-mail address is booked as <gateway id>@<domain>, for event types that demand an address. Without it no address is ever invented.',
  }),
)

const language = Type.Optional(
  Type.String({ default: 'en', description: 'Language of the mails to a customer whose own is unknown to Cal.com' }),
)

const sendNotes = Type.Optional(
  Type.Boolean({
    default: false,
    description:
      'Sends an appointment\'s notes as the booking field "notes" when it is created. Only for connections whose event types show that field; notes may hold what a customer told in confidence.',
  }),
)

/** Options of the plugin: they hold for every connection that does not say otherwise. */
export const CalcomOptions = closed({
  versions: Type.Optional(Versions),
  metadataKey: Type.Optional(
    Type.String({ minLength: 1, maxLength: 40, default: 'kalendsId', description: 'Where the gateway id stands' }),
  ),
  syntheticEmailDomain,
  language,
  sendNotes,
})
export type CalcomOptions = Static<typeof CalcomOptions>

const ConnectionOptions = closed({ versions: Type.Optional(Versions), syntheticEmailDomain, language, sendNotes })

/** One Cal.com account: its API key, and what is particular to it. */
export const CalcomConnection = closed({
  credentials: closed({
    apiKey: Type.String({ pattern: '^\\S+$', description: 'An API key of the account, as Cal.com shows it (cal_…)' }),
  }),
  options: Type.Optional(ConnectionOptions),
})

/** A link's target: the id of the event type. */
export const CalcomTarget = closed({ eventTypeId: Type.Integer({ minimum: 1 }) })

/** The options as one call needs them: the connection's over the plugin's over the defaults. */
export type Settings = {
  versions: { bookings: string; list: string; slots: string; eventTypes: string }
  metadataKey: string
  syntheticEmailDomain: string | null
  language: string
  sendNotes: boolean
}

/** What holds for a connection. Options of a connection that do not fit their schema are not used at all. */
export function settingsOf(options: CalcomOptions, connection: Pick<ProviderConnection, 'options'>): Settings {
  const own = Value.Check(ConnectionOptions, connection.options) ? connection.options : {}
  return {
    versions: {
      bookings: '2024-08-13',
      list: '2024-08-13',
      slots: '2024-09-04',
      eventTypes: '2024-06-14',
      ...options.versions,
      ...own.versions,
    },
    metadataKey: options.metadataKey ?? 'kalendsId',
    syntheticEmailDomain: own.syntheticEmailDomain ?? options.syntheticEmailDomain ?? null,
    language: own.language ?? options.language ?? 'en',
    sendNotes: own.sendNotes ?? options.sendNotes ?? false,
  }
}

/** Whether the list of this version takes `take` and `skip`: older ones ignore filters, 2026-05-01 pages by cursor. */
export function isPagedByOffset(version: string): boolean {
  return version >= '2024-08-13' && version < '2026-05-01'
}

/** The event type id of a link's target, or null where it is none. */
export function eventTypeIdOf(target: Record<string, unknown> | undefined): number | null {
  return Value.Check(CalcomTarget, target) ? target.eventTypeId : null
}
