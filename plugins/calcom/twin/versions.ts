/** Which Cal.com: the community edition that people host themselves, or the service at cal.com. They differ since April 2026. */
export type Profile = 'self-hosted' | 'hosted'

/** Which implementation answers: the current shapes, those of 2024-04-15, the hosted list of 2026-05-01, or no route at all. */
export type Shapes = 'current' | 'old' | 'cursor' | 'none'

/** The families of endpoints that are versioned together; `any` takes whatever value comes. */
export type Family = 'bookings' | 'booking list' | 'event types' | 'slots' | 'schedules' | 'any'

const oldest = '2024-04-15'
const selfHosted = [oldest, '2024-06-11', '2024-06-14', '2024-08-13', '2024-09-04']
const hostedToo = ['2026-02-25', '2026-05-01', '2026-06-12']

const current: Record<Exclude<Family, 'any'>, string[]> = {
  bookings: ['2024-08-13', '2026-02-25'],
  'booking list': ['2024-08-13', '2026-02-25', '2026-05-01'],
  'event types': ['2024-06-14', '2026-06-12'],
  slots: ['2024-09-04'],
  schedules: ['2024-06-11'],
}

const old: Record<Exclude<Family, 'any'>, string[]> = {
  bookings: [oldest, '2024-06-11', '2024-06-14'],
  'booking list': [oldest, '2024-06-11', '2024-06-14'],
  'event types': [oldest, '2024-06-11'],
  slots: [],
  schedules: [],
}

/**
 * Chooses by the header `cal-api-version`. A missing or unknown value is taken for 2024-04-15 without a word,
 * and a known one that the endpoint does not have finds no route (apps/api/v2/src/bootstrap.ts, `VersioningType.CUSTOM`).
 */
export function shapesFor(family: Family, header: string | undefined, profile: Profile): Shapes {
  if (family === 'any') return 'current'
  const known = selfHosted.includes(header ?? '') || (profile === 'hosted' && hostedToo.includes(header ?? ''))
  const version = known ? (header as string) : oldest
  if (version === '2026-05-01' && family === 'booking list') return 'cursor'
  if (current[family].includes(version)) return 'current'
  return old[family].includes(version) ? 'old' : 'none'
}
