import { createHash } from 'node:crypto'
import { type OpeningHours, roundTheClock, type Schedule } from './availability.ts'

/** A person with a Cal.com account. The key itself is not kept, only its hash, as in Cal.com. */
export type TwinAccount = {
  id: number
  username: string
  email: string
  name: string
  timeZone: string
  /** Language of e-mails and webhooks, such as `de`. */
  locale: string
  keyHash: string
  schedule: Schedule
}

/** What `addAccount` takes. `availability` defaults to round the clock; give `officeHours` for a calendar that looks real. */
export type AccountInput = {
  username: string
  email: string
  name: string
  timeZone: string
  apiKey: string
  locale?: string
  availability?: OpeningHours[]
}

/** The row of an account. */
export function accountFrom(id: number, input: AccountInput): TwinAccount {
  const { username, name, timeZone } = input
  return {
    id,
    username,
    email: input.email.toLowerCase(),
    name,
    timeZone,
    locale: input.locale ?? 'en',
    keyHash: hashKey(input.apiKey),
    schedule: { id, name: 'Working hours', timeZone, availability: input.availability ?? roundTheClock },
  }
}

/** Cal.com stores the sha256 of a key without its prefix. */
export function hashKey(apiKey: string): string {
  return createHash('sha256')
    .update(apiKey.replace(/^cal_(live_|test_)?/, ''))
    .digest('hex')
}

/** The reply of `GET /v2/me`. */
export function meOutput(account: TwinAccount): unknown {
  const { id, username, email, name, timeZone, schedule } = account
  return {
    id,
    username,
    email,
    name,
    avatarUrl: null,
    bio: null,
    timeFormat: 24,
    defaultScheduleId: schedule.id,
    weekStart: 'Monday',
    timeZone,
    organizationId: null,
  }
}

/** A schedule as `GET /v2/schedules` shows it. */
export function scheduleOutput(account: TwinAccount): unknown {
  return { ...account.schedule, ownerId: account.id, isDefault: true, overrides: [] }
}
