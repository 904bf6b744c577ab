import type { Gateway, InboundLookup, Reached } from '#core'
import { localTime } from '../local-time.ts'
import type { PhoneSettings } from '../options.ts'
import { sayTime } from '../say-time.ts'
import { languageOf } from '../speech/say.ts'

type Porch = Pick<Gateway, 'appointments' | 'tenants' | 'clock'>

/**
 * What the agent may know before it picks up: which language to begin in, what time it is where the business is, and
 * whether the number is shown. Texts only, since vendors take nothing else.
 *
 * Nothing of a customer: a number that calls can be forged, and that it is a customer's is already something to know (of a
 * clinic, for one). Whoever wants it all the same switches on `greetKnownCallers`, and gets a yes or a no.
 */
export async function greetCall(
  { appointments, tenants, clock }: Porch,
  { tenantId, language: tenantLanguage }: Reached,
  { callerNumber }: InboundLookup,
  { greetKnownCallers, language: otherwise }: Pick<PhoneSettings, 'greetKnownCallers' | 'language'>,
): Promise<Record<string, string>> {
  const language = languageOf(null, tenantLanguage, otherwise)
  const tellsKnown = greetKnownCallers && callerNumber !== null
  const [tenant, known] = await Promise.all([
    tenants.get(tenantId),
    tellsKnown ? isKnown({ appointments }, tenantId, callerNumber) : null,
  ])
  const now = clock.now()
  return {
    language,
    business: tenant.name,
    time_zone: tenant.timeZone,
    now: localTime(now, tenant.timeZone),
    now_spoken: sayTime(now, { now, timeZone: tenant.timeZone, language }),
    caller_number: callerNumber === null ? 'withheld' : 'shown',
    ...(known !== null && { caller_known: known ? 'yes' : 'no' }),
  }
}

async function isKnown(
  { appointments }: Pick<Porch, 'appointments'>,
  tenantId: string,
  number: string,
): Promise<boolean> {
  const { items } = await appointments.list(tenantId, { q: number, limit: 10 })
  return items.some(({ customer }) => customer.phone === number)
}
