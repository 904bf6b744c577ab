import { randomUUID } from 'node:crypto'
import type { TwinAccount } from './accounts.ts'
import type { Booking } from './booking.ts'
import { checkCreate } from './booking-body.ts'
import type { Caller, World } from './commit.ts'
import { createBooking } from './create-booking.ts'

/** A meeting that somebody else hosts. `host` is a username; without it a person from elsewhere. Default 30 minutes. */
export type Invitation = { start: string; minutes?: number; host?: string; metadata?: Record<string, string> }

/**
 * Books with somebody else, so that the account is a mere attendee. Cal.com lists such a booking for the account as well,
 * while its webhooks go to the host alone.
 */
export async function attendElsewhere(
  world: World,
  caller: Caller,
  guest: TwinAccount,
  { start, minutes = 30, host, metadata = {} }: Invitation,
): Promise<Booking> {
  const { ledger } = world
  const owner = (host === undefined ? undefined : ledger.accountByUsername(host)) ?? stranger(world, guest, host)
  const type = ledger.addEventType(owner.id, {
    title: 'Meeting',
    slug: `meeting-${minutes}`,
    lengthInMinutes: minutes,
    allowDoubleBooking: true,
  })
  const attendee = { name: guest.name, email: guest.email, timeZone: guest.timeZone }
  const body = checkCreate({ eventTypeId: type.id, start, attendee, metadata }, world.profile)
  const [booking] = await createBooking(world, caller, body)
  return booking as Booking
}

function stranger({ ledger }: World, { timeZone }: TwinAccount, username = 'somebody-else'): TwinAccount {
  const known = ledger.accountByUsername(username)
  // Nobody knows this key: the stranger is only ever a host.
  const apiKey = `cal_${randomUUID()}`
  return (
    known ??
    ledger.addAccount({ username, email: `${username}@elsewhere.example`, name: 'Somebody Else', timeZone, apiKey })
  )
}
