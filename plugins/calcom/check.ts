import { type ConnectionReport, instantOf, type NotDone, type Unknown } from '#core'
import type { Means } from './bookings.ts'
import { type Answer, ask, type Failure, type Operation, type Request } from './client.ts'
import { isPagedByOffset } from './options.ts'
import { failure, isGone } from './outcomes.ts'
import { budget } from './rate-limit.ts'
import { account, booking, eventTypes, slots } from './replies.ts'

type Finding = ConnectionReport['findings'][number]

const skewAllowed = 30_000
const day = 24 * 60 * 60 * 1000

/**
 * Whether a connection can work: the key is taken, and each endpoint group answers in the shape of the version that we
 * send. A version header that Cal.com does not know changes shapes and ignores filters without any error.
 */
export async function check(means: Means): Promise<ConnectionReport> {
  const me = await ask(means.call, means.settings, { operation: 'me', path: 'me' })
  const key = credentials(me, means)
  const findings = [key]
  if (me.is === 'data' && key.level === 'ok')
    findings.push(clock(me.headers, means.now()), ...callsLeft(me.headers, means.now()), ...(await shapes(means)))
  return { ok: findings.every((finding) => finding.level !== 'error'), findings }
}

function credentials(me: Answer, means: Means): Finding {
  if (me.is !== 'data') return { level: 'error', ...sentence('me', me, means) }
  if (!account.Check(me.data))
    return error('REPLY_UNREADABLE', 'What answered is no Cal.com API. The base URL ends in /v2.')
  return { level: 'ok', code: 'CREDENTIALS', message: 'Cal.com takes the API key.' }
}

function clock(headers: Record<string, string>, now: number): Finding {
  const theirs = Date.parse(headers.date ?? '')
  if (Number.isNaN(theirs))
    return { level: 'warning', code: 'CLOCK_UNKNOWN', message: 'Cal.com did not say what time it is.' }
  const seconds = Math.round((now - theirs) / 1000)
  if (Math.abs(now - theirs) <= skewAllowed) return { level: 'ok', code: 'CLOCK', message: 'The clocks agree.' }
  const side = seconds > 0 ? 'ahead of' : 'behind'
  return {
    level: 'warning',
    code: 'CLOCK_SKEW',
    message: `The clock of this server is ${Math.abs(seconds)} seconds ${side} Cal.com's. Set it by NTP: times near now are refused wrongly.`,
  }
}

/**
 * The limit is the key's, and whatever calls with it uses it up: another program, and a second connection to the same
 * account with the same key. Nothing is said while most of it is left.
 */
function callsLeft(headers: Record<string, string>, now: number): Finding[] {
  const left = budget(headers, now)
  if (left === null || left.remaining * 4 >= left.limit) return []
  const message = `Cal.com allows this key ${left.remaining} of ${left.limit} calls until ${left.resetAt}. What else uses the key, another connection too, uses them up: give each a key of its own.`
  return [{ level: 'warning', code: 'CALLS_LEFT', message }]
}

/** Reads one object of each endpoint group. What an account without event types cannot show is a warning. */
async function shapes(means: Means): Promise<Finding[]> {
  const types = await look(means, eventTypeRequest, (data) => eventTypes.Check(data))
  const list = await look(means, listRequest, (data) => Array.isArray(data) && data.every((row) => booking.Check(row)))
  const uid = (list.data as { uid: string }[] | null)?.[0]?.uid
  const one = uid && (await look(means, { operation: 'get', version: 'bookings', path: `bookings/${uid}` }, isBooking))
  const eventTypeId = (types.data as { id: number }[] | null)?.[0]?.id
  const free = eventTypeId && (await look(means, slotRequest(eventTypeId, means.now()), (data) => slots.Check(data)))
  const problems = [types, list, one, free].flatMap((seen) => (typeof seen === 'object' ? (seen.finding ?? []) : []))
  if (problems.length > 0) return problems
  const absence = await saysWhatIsMissing(means)
  const fit = (one || absence) && free ? versionsFit(means) : versionsUnproven
  return [...(absence ? [] : [absenceUnproven]), ...changesReadable(means), fit]
}

const eventTypeRequest: Request = { operation: 'services', version: 'eventTypes', path: 'event-types' }
const listRequest: Request = {
  operation: 'list',
  version: 'list',
  path: 'bookings',
  query: { take: '1', status: 'upcoming,past,cancelled' },
}

/** Asks for a booking that cannot exist: each version has its own words for that, and orphans are found by ours. */
async function saysWhatIsMissing(means: Means): Promise<boolean> {
  const id = 'kalends-check'
  const answer = await ask(means.call, means.settings, {
    operation: 'get',
    version: 'bookings',
    path: `bookings/${id}`,
  })
  return isGone('get', answer, { id, now: means.now() })
}

const absenceUnproven: Finding = {
  level: 'warning',
  code: 'ABSENCE_UNPROVEN',
  message: 'Cal.com says in unknown words that a booking does not exist: one that is deleted there will stay in doubt.',
}

const versionsUnproven: Finding = {
  level: 'warning',
  code: 'VERSION_UNPROVEN',
  message:
    'The account shows no event type or booking yet, so not every API version could be tried. Check again when it does.',
}

function changesReadable({ settings: { versions } }: Means): Finding[] {
  if (isPagedByOffset(versions.list)) return []
  const message = `Version ${versions.list} of the list cannot be asked what changed: changes whose webhook is lost stay unseen.`
  return [{ level: 'warning', code: 'CHANGES_UNREADABLE', message }]
}

function versionsFit({ settings: { versions } }: Means): Finding {
  const message = `Cal.com answers in the expected versions (bookings ${versions.bookings}, slots ${versions.slots}, event types ${versions.eventTypes}).`
  return { level: 'ok', code: 'VERSION', message }
}

// A uid may name a series, which is answered as a list: its entries show the version as well.
function isBooking(data: unknown): boolean {
  return Array.isArray(data) ? data.every((row) => booking.Check(row)) : booking.Check(data)
}

function slotRequest(eventTypeId: number, now: number): Request {
  const query = { eventTypeId: String(eventTypeId), start: instantOf(now), end: instantOf(now + day) }
  return { operation: 'slots', version: 'slots', path: 'slots', query }
}

async function look(
  means: Means,
  request: Request,
  fits: (data: unknown) => boolean,
): Promise<{ data: unknown; finding?: Finding }> {
  const answer = await ask(means.call, means.settings, request)
  if (answer.is === 'data' && fits(answer.data)) return { data: answer.data }
  // /me answered, so this is Cal.com: a path that it does not know is a version that it does not know.
  if (answer.is !== 'data' && !(answer.is === 'refusal' && answer.status === 404))
    return { data: null, finding: { level: 'error', ...sentence(request.operation, answer, means) } }
  const version = request.version === undefined ? 'none' : means.settings.versions[request.version]
  const message = `Cal.com did not answer /${request.path.split('/')[0]} in the shape of version ${version}: it may not know that version. Look at the option "versions".`
  return { data: null, finding: error('VERSION', message) }
}

function error(code: string, message: string): Finding {
  return { level: 'error', code, message }
}

const sentences: Record<string, string> = {
  HTTP_401: 'Cal.com does not take the API key. Make a new one in its settings and store it here.',
  HTTP_403:
    'Cal.com takes the API key but does not let it do this. Use a key of the account that owns the event types.',
  HTTP_429: 'Cal.com says that there were too many requests. Try again in some minutes.',
  RATE_LIMITED: 'The calls that Cal.com allows are used up for now. Try again in a minute.',
  BREAKER_OPEN: 'Cal.com failed so often that it is left alone for a while. Try again in a minute.',
  HTTP_404: 'There is no Cal.com API at this address. The base URL ends in /v2, for example https://api.cal.com/v2.',
  HOST_NOT_ALLOWED: 'The base URL may not be called. A host of your own needs an entry in outbound.allow.',
  NETWORK: 'Cal.com could not be reached.',
  TIMEOUT: 'Cal.com did not answer in time.',
  REPLY_UNREADABLE: 'What answered is no Cal.com API. The base URL ends in /v2, for example https://api.cal.com/v2.',
}

function sentence(operation: Operation, answer: Failure, means: Means): { code: string; message: string } {
  const { code }: NotDone | Unknown = failure(operation, answer, { now: means.now() })
  return { code, message: sentences[code] ?? `Cal.com could not answer (${code}). Try again later.` }
}
