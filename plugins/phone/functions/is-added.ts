import { cleanText } from '../argument-text.ts'

/** What models call it that an appointment is wanted beside another one. */
const names = ['additional', 'is_additional', 'additional_appointment', 'add', 'another', 'zusaetzlich']
const yes = new Set(['true', 'yes', 'ja', '1', 'y'])

/** Whether the arguments say that the caller wants this appointment as well, and not instead. Anything unclear is no. */
export function isAddedIn(said: ReadonlyMap<string, unknown>): boolean {
  return names.some((name) => {
    const value = said.get(name)
    return value === true || yes.has((cleanText(value, 'text') ?? '').toLowerCase())
  })
}
