import { type CountryCode, isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/max'
import type { BookRequest, EditRequest } from '../contract/appointments.ts'
import type { Customer } from '../domain/appointment.ts'
import { KalendsError } from '../errors.ts'
import { readTimeZone } from './when.ts'

// One "@", something on both sides, a dot in the domain, no spaces or control characters: the calendar judges the rest.
const emailPattern = /^[^\s@<>"(),:;\\]{1,64}@[^\s@<>"(),:;\\]+\.[^\s@<>"(),:;\\.]{2,}$/

/**
 * The customer as stored: phone as E.164 (numbers without + are read in the tenant's region), e-mail trimmed. Throws
 * KAL_PHONE_INVALID, KAL_EMAIL_INVALID, KAL_TIME_ZONE_UNKNOWN, and KAL_CONTACT_REQUIRED where there is neither.
 */
export function readCustomer(input: BookRequest['customer'], region: string | null): Customer {
  const customer: Customer = {
    name: input.name.trim(),
    email: readEmail(input.email),
    phone: readPhone(input.phone, region),
    timeZone: input.timeZone ? readTimeZone('customer.timeZone', input.timeZone, '') : null,
    language: input.language ?? null,
  }
  if (!customer.name) throw new KalendsError('KAL_VALIDATION', { problem: 'customer.name is blank; expected a name.' })
  if (!customer.email && !customer.phone) throw new KalendsError('KAL_CONTACT_REQUIRED')
  return customer
}

/** The customer after an edit: what is not named stays. Throws as `readCustomer`. */
export function editCustomer(current: Customer, edit: EditRequest['customer'], region: string | null): Customer {
  return edit ? readCustomer({ ...current, ...edit }, region) : current
}

function readEmail(text: string | null | undefined): string | null {
  const email = text?.trim()
  if (!email) return null
  if (!emailPattern.test(email)) throw new KalendsError('KAL_EMAIL_INVALID')
  return email
}

/** A phone number as E.164, or null for none. */
export function readPhone(text: string | null | undefined, region: string | null): string | null {
  if (!text?.trim()) return null
  const country = region && isSupportedCountry(region) ? (region as CountryCode) : undefined
  const number = parsePhoneNumberFromString(text, { defaultCountry: country, extract: false })
  if (!number?.isPossible()) throw new KalendsError('KAL_PHONE_INVALID')
  return number.number
}
