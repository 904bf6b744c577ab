import type { TObject } from 'typebox'
import type { PhoneVendor, Receptionist } from './contract/phone.ts'
import type { CalendarProvider } from './contract/provider.ts'
import { KalendsError } from './errors.ts'

/** What core remembers of a registered plugin: what it needs to check and to serve connections. */
export type RegisteredPlugin = {
  readonly name: string
  readonly version: string
  /** Schema of one connection, `{ credentials, options }`; null where the plugin takes no connections. */
  readonly connection: TObject | null
  /** Where its connections call when they name no base URL of their own. */
  readonly baseUrl: string | null
}

/** Things of one kind by name, in the order in which they came. */
export type Shelf<T extends { readonly name: string }> = {
  /** @throws KalendsError KAL_PLUGIN_DUPLICATE where the name is taken. */
  add(item: T): void
  get(name: string): T | undefined
  list(): readonly T[]
}

/** What plugins registered, by kind and name. Low in the house, so that flow may ask it. */
export type Registry = {
  readonly plugins: Shelf<RegisteredPlugin>
  readonly providers: Shelf<CalendarProvider>
  readonly phoneVendors: Shelf<PhoneVendor>
  readonly receptionist: Post<Receptionist>
}

/** A post that one holds. */
export type Post<T> = {
  /** @throws KalendsError KAL_PLUGIN_RECEPTIONIST where somebody has it; `plugin` is who asks */
  take(plugin: string, one: T): void
  get(): T | undefined
}

export function createRegistry(): Registry {
  return Object.freeze({
    plugins: createShelf<RegisteredPlugin>(),
    providers: createShelf<CalendarProvider>(),
    phoneVendors: createShelf<PhoneVendor>(),
    receptionist: createReception(),
  })
}

function createReception(): Post<Receptionist> {
  let taken: { plugin: string; one: Receptionist } | undefined
  return Object.freeze({
    take(plugin: string, one: Receptionist) {
      if (taken) throw new KalendsError('KAL_PLUGIN_RECEPTIONIST', { plugin, other: taken.plugin })
      taken = { plugin, one }
    },
    get: () => taken?.one,
  })
}

function createShelf<T extends { readonly name: string }>(): Shelf<T> {
  const items = new Map<string, T>()
  return Object.freeze({
    add(item: T) {
      if (items.has(item.name)) throw new KalendsError('KAL_PLUGIN_DUPLICATE', { plugin: item.name })
      items.set(item.name, item)
    },
    get: (name: string) => items.get(name),
    list: () => [...items.values()],
  })
}
