import type { Secrets } from '../store/secrets.ts'

/** Whose secrets they are: sealed for this connection, they open nowhere else. */
export type Owner = { tenantId: string; id: string }

/** Credentials in clear or sealed: field → text. */
export type Fields = Record<string, string>

/** Seals each credential by itself, so that one can be replaced without the others being read. */
export function sealFields(secrets: Secrets, owner: Owner, fields: Fields): Fields {
  return mapFields(fields, (value, field) => secrets.seal(value, contextOf(owner, `credentials.${field}`)))
}

/** @throws KalendsError KAL_SECRET_UNREADABLE where one was sealed with a key that is gone */
export function openFields(secrets: Secrets, owner: Owner, sealed: Fields): Fields {
  return mapFields(sealed, (value, field) => secrets.open(value, contextOf(owner, `credentials.${field}`)))
}

/** The webhook secret has a field of its own: a credential of the same name is another secret. */
export function sealWebhookSecret(secrets: Secrets, owner: Owner, value: string): string {
  return secrets.seal(value, contextOf(owner, 'webhookSecret'))
}

/** @throws KalendsError KAL_SECRET_UNREADABLE */
export function openWebhookSecret(secrets: Secrets, owner: Owner, sealed: string): string {
  return secrets.open(sealed, contextOf(owner, 'webhookSecret'))
}

/**
 * What of each credential may be shown: the last four characters of a long one. One that no key opens any more is said
 * to be so instead of failing the whole list, in which it is to be found and replaced.
 */
export function hintsOf(secrets: Secrets, owner: Owner, sealed: Fields): Fields {
  return mapFields(sealed, (value, field) => {
    try {
      return hint(secrets.open(value, contextOf(owner, `credentials.${field}`)))
    } catch {
      return 'unreadable'
    }
  })
}

// Four characters of a short secret would be a good part of it.
const longEnough = 12
const hint = (secret: string) => (secret.length >= longEnough ? `…${secret.slice(-4)}` : '…')

function contextOf({ tenantId, id }: Owner, field: string) {
  return { tenantId, connectionId: id, field }
}

function mapFields(fields: Fields, change: (value: string, field: string) => string): Fields {
  return Object.fromEntries(Object.entries(fields).map(([field, value]) => [field, change(value, field)]))
}
