import { type CountryCode, isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/max'

/**
 * A number that was said, as E.164; without a plus it is read in the tenant's region. Null where no such number can
 * exist there: models make up digits where a caller gave none.
 */
export function spokenNumber(said: string | null, region: string | null): string | null {
  if (said === null) return null
  const defaultCountry = region && isSupportedCountry(region) ? (region as CountryCode) : undefined
  const number = parsePhoneNumberFromString(said, { defaultCountry, extract: false })
  return number?.isValid() ? number.number : null
}
