/** The languages that Cal.com takes for an attendee; any other value is a 400. Source: its OpenAPI, CreateBookingAttendee. */
export const attendeeLanguages = (
  'ar az bg bn ca cs da de el en es es-419 et eu fi fr he hr hu id it iw ja km ko lv nl no pl pt pt-BR ro ru sk sr sv ' +
  'ta th tr uk vi zh-CN zh-TW'
).split(' ')

const known = new Map(attendeeLanguages.map((tag) => [tag.toLowerCase(), tag]))

// Tags whose plain shortening would be wrong or unknown.
const relatives = new Map([
  ['nb', 'no'],
  ['nn', 'no'],
  ['zh', 'zh-CN'],
  ['zh-hans', 'zh-CN'],
  ['zh-hant', 'zh-TW'],
])

/** The language of Cal.com's list that is nearest to a BCP 47 tag: `de-AT` → `de`. Falls back where there is none. */
export function attendeeLanguage(tag: string | null, fallback: string): string {
  for (const wanted of [tag, fallback]) {
    const parts = (wanted ?? '').toLowerCase().split('-')
    for (let length = parts.length; length > 0; length--) {
      const shorter = parts.slice(0, length).join('-')
      const found = known.get(shorter) ?? relatives.get(shorter)
      if (found !== undefined) return found
    }
  }
  return 'en'
}
