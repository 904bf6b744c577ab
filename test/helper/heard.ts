import { createHmac } from 'node:crypto'
import type { AppointmentView } from '../../core/contract/appointments.ts'
import { customer, heardGateway, nextSlot, type testGateway, until } from './gateway.ts'

/** A test gateway that hears its calendar, with all that stands around it. */
export type HeardSalon = Awaited<ReturnType<typeof listening>>

/** A gateway that calendars reach, past its first poll: from here on only webhooks tell it, for a minute at the least. */
export async function listening(t: Parameters<typeof heardGateway>[0], given: Parameters<typeof testGateway>[1] = {}) {
  const salon = await heardGateway(t, given)
  await until(
    () => salon.db.query('select from kalends.connections where polled_at is null'),
    (rows) => rows.length === 0,
  )
  return salon
}

type Known = Pick<HeardSalon, 'db' | 'twin'>

/** How the inbox stands, in the order of arrival. */
export function inbox({ db }: Pick<Known, 'db'>) {
  return db.query<{ state: string; reason: string; looks: number }>(
    'select state, reason, looks from kalends.inbox order by received_at, id',
  )
}

/** Waits until nothing is on its way any more: no webhook, no entry of the inbox, no work towards a calendar. */
export async function quiet({ db, twin }: Known, withinMs?: number): Promise<void> {
  const look = async () => {
    await twin.idle()
    return db.query<{ what: string }>(
      `select 'inbox' as what, id::text as id, looks::text as how from kalends.inbox where state = 'pending'
       union all select 'sync', appointment_id::text, state || ' ' || looks from kalends.syncs
       where state = 'waiting' or lease_until > now()`,
    )
  }
  await until(look, (rows) => rows.length === 0, withinMs)
}

const writing = ['createBooking', 'rescheduleBooking', 'cancelBooking']

/** How many writes the calendar was asked for, refused ones included. */
export const writes = ({ twin }: Pick<Known, 'twin'>) =>
  twin.calls.filter(({ operation }) => writing.includes(operation)).length

/** Asks every calendar what changed, and waits for the end of that. */
export async function pollNow({ db }: Pick<Known, 'db'>): Promise<void> {
  await db.query(`update kalends.connections set poll_due_at = now(), polled_at = null`)
  await until(
    () => db.query('select from kalends.connections where polled_at is null'),
    (rows) => rows.length === 0,
  )
}

/** Every appointment of the tenant. */
export async function all({ gateway, tenant }: Pick<HeardSalon, 'gateway' | 'tenant'>): Promise<AppointmentView[]> {
  const items: AppointmentView[] = []
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page = await gateway.appointments.list(tenant.id, { limit: 200, ...(cursor ? { cursor } : {}) })
    items.push(...page.items)
    cursor = page.nextCursor
  }
  return items
}

/** Somebody books in the calendar itself; answers the uid. */
export async function bookThere(
  { twin, eventType }: Pick<HeardSalon, 'twin' | 'eventType'>,
  start = nextSlot(),
  name = 'Zoë Müller',
): Promise<string> {
  const attendee = { name, email: customer(name).email, timeZone: 'Europe/Berlin' }
  return (await twin.calendar.book({ eventTypeId: eventType.id, start, attendee })).uid
}

/** Waits until webhooks are held that `check` wants, and answers the newest `count` of them. */
export async function heldWebhooks({ twin }: Pick<Known, 'twin'>, count: number) {
  return (
    await until(
      () => twin.webhooks.held,
      (held) => held.length >= count,
    )
  ).slice(-count)
}

/** The secret that the calendar signs with, for the account of a key. */
export async function secretOf({ url }: { url: string }, key: string): Promise<string> {
  const reply = await fetch(`${url}/webhooks`, { headers: { authorization: `Bearer ${key}` } })
  const { data } = (await reply.json()) as { data: { secret: string }[] }
  return data[0]?.secret ?? ''
}

/** The signature of a body by a secret, as Cal.com makes it. */
export const sign = (body: string, secret: string) => createHmac('sha256', secret).update(body).digest('hex')
