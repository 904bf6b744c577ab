import { Temporal } from 'temporal-polyfill'
import type { AppointmentView } from '../../core/contract/appointments.ts'
import admin from '../../plugins/admin/index.ts'
import calcom from '../../plugins/calcom/index.ts'
import type { TwinBooking } from '../../plugins/calcom/twin/index.ts'
import phone from '../../plugins/phone/index.ts'
import retell from '../../plugins/retell/index.ts'
import type { testGateway } from './gateway.ts'
import { callObject, type RetellLine, retellCall, retellGateway } from './retell.ts'

type Owner = Parameters<typeof testGateway>[0]
type Fields = Record<string, unknown>

/** A gateway with a salon whose calls the receptionist takes; `options` are those of its plugin. */
export async function phoneGateway(t: Owner, options: Fields = {}, given: Parameters<typeof testGateway>[1] = {}) {
  const plugins = [calcom(), admin(), retell(), phone(options)]
  const salon = await retellGateway(t, null, { ...given, input: { ...given.input, plugins } })
  // Cal.com's event types ask for an address, and callers have none.
  const { gateway, author, connection } = salon
  await gateway.connections.update(author, connection.id, { options: { syntheticEmailDomain: 'calls.example' } })
  return salon
}
export type PhoneSalon = Awaited<ReturnType<typeof phoneGateway>>

/**
 * One call of somebody: every function of it carries the same call object, with what was said so far. Answers what the
 * agent is told.
 */
export function calling({ line }: { line: RetellLine }, more: Fields = {}) {
  const call = callObject(more)
  let said = String(call.transcript)
  return {
    call,
    // biome-ignore lint/suspicious/noExplicitAny: an answer is what the test says that it is.
    async ask(name: string, args: Fields = {}): Promise<any> {
      said += `\nUser: ${name}, please.`
      const reply = await retellCall(line, name, args, { ...call, transcript: said })
      if (reply.status !== 200) throw new Error(`${name} was answered with ${reply.status}: ${reply.text}`)
      return reply.body
    },
  }
}

/** Every appointment of the tenant, oldest first. */
export async function appointments({ gateway, tenant }: PhoneSalon): Promise<AppointmentView[]> {
  return (await gateway.appointments.list(tenant.id, { limit: 200 })).items.reverse()
}

/** What takes time in the calendar. */
export function taken({ twin }: Pick<PhoneSalon, 'twin'>): TwinBooking[] {
  return twin.bookings().filter(({ status }) => status === 'accepted' || status === 'pending')
}

/** The day in Berlin so many days ahead: `2026-12-01`. */
export function dayAhead(days: number): string {
  const date = new Date(Date.now() + days * 86_400_000)
  return new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Berlin' }).format(date)
}

/** A time of a day as the clocks of Berlin show it, with the offset that they have then. */
export function inBerlin(date: string, time: string): string {
  return Temporal.PlainDateTime.from(`${date}T${time}`)
    .toZonedDateTime('Europe/Berlin')
    .toString({ timeZoneName: 'never', smallestUnit: 'second' })
}
