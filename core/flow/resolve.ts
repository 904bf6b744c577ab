import { checkInput } from '../check-input.ts'
import { type LinkRequest, ResolveRequest, type ReviewView } from '../contract/catalogue.ts'
import type { Author, Reviews } from '../contract/gateway.ts'
import { KalendsError } from '../errors.ts'
import { causeOf } from '../store/announce.ts'
import { byId, readPage } from '../store/cursor.ts'
import type { Database, Sql } from '../store/database.ts'
import { decideOnTargets, ignoreTarget } from '../store/ignored-targets.ts'
import { type Closing, findReview, listReviews, type Review } from '../store/reviews.ts'
import { closeReviews, healReviews, openReview } from './review.ts'
import { deletedEventType, unknownEventType } from './strange.ts'

export type ReviewsDeps = {
  db: Database
  /** Nudges the sync of an appointment towards one connection, or towards all; may be called more than once. */
  retry(tenantId: string, appointmentId: string, connectionId: string | null): Promise<void>
  /** Links a service to an event type; `also` is done in the same transaction. @throws KalendsError as `Services.link` */
  link(author: Author, serviceId: string, request: LinkRequest, also: (tx: Sql) => Promise<void>): Promise<unknown>
}

const order = byId<Review>('reviews', 'newest')

/** The questions for people, and their answers. */
export function createReviews(deps: ReviewsDeps): Reviews {
  const { db } = deps

  async function known(tenantId: string, id: string): Promise<Review> {
    const review = await findReview(db, tenantId, id)
    if (!review) throw new KalendsError('KAL_NOT_FOUND', { what: 'review' })
    return review
  }

  return {
    async ask({ tenantId, origin, cause }, question) {
      await openReview(db, { tenantId, origin, ...(cause && { cause }), ...question })
    },
    async list(tenantId, { limit, cursor, ...filter }) {
      const page = await readPage(order, { limit, cursor }, (after, most) =>
        listReviews(db, tenantId, filter, after, most),
      )
      return { ...page, items: page.items.map(reviewView) }
    },
    async get(tenantId, id) {
      return reviewView(await known(tenantId, id))
    },
    async resolve(author, id, request) {
      const answer = checkInput(ResolveRequest, request)
      const review = await known(author.tenantId, id)
      refuseUnfit(review, answer)
      const closed = await decide(deps, author, review, answer)
      const now = await known(author.tenantId, review.id)
      if (!closed && now.state !== 'healed') throw overtaken(now)
      return reviewView(now)
    },
    async heal({ tenantId, origin, cause }, id, { version, reason }) {
      const who = { origin, ...(cause && { cause }) }
      return (await db.transaction((tx) => healReviews(tx, { tenantId, id, version }, reason, who))) > 0
    },
  }
}

function refuseUnfit(review: Review, { resolution, version }: ResolveRequest): void {
  if (review.state !== 'open' || review.version !== version) throw overtaken(review)
  const allowed = fitting(review)
  if (!allowed.includes(resolution)) {
    throw new KalendsError('KAL_REVIEW_RESOLUTION', { code: review.code, allowed: allowed.join(', ') })
  }
}

function overtaken({ state }: Review): KalendsError {
  return state === 'open' ? new KalendsError('KAL_VERSION_CONFLICT') : new KalendsError('KAL_REVIEW_CLOSED', { state })
}

/** Does what was decided and closes the review; false where another was faster. */
async function decide(deps: ReviewsDeps, author: Author, review: Review, answer: ResolveRequest): Promise<boolean> {
  const { db } = deps
  if (answer.resolution === 'link') return link(deps, author, review, answer)
  // The work first, then the end of the review: a crash between the two leaves a question open that heals itself; the
  // other way round it would leave a failure that nobody is asked about. Nudging twice is nudging once.
  if (answer.resolution === 'retry') {
    await deps.retry(author.tenantId, review.appointmentId as string, review.connectionId)
  }
  return db.transaction((tx) => {
    const { code, connectionId } = review
    const isIgnored = code === unknownEventType && connectionId !== null
    return isIgnored ? ignore(tx, author, { ...review, connectionId }, answer) : close(tx, author, review, answer)
  })
}

/** An event type is not dismissed for this once: it is left alone from now on. */
async function ignore(
  tx: Sql,
  author: Author,
  review: Review & { connectionId: string },
  answer: ResolveRequest,
): Promise<boolean> {
  const { tenantId, connectionId, subject } = review
  await decideOnTargets(tx, connectionId)
  const closed = await close(tx, author, review, answer)
  if (closed) await ignoreTarget(tx, tenantId, connectionId, subject.id)
  return closed
}

/** The link and the end of the review are one: neither is there without the other. */
async function link(deps: ReviewsDeps, author: Author, review: Review, answer: ResolveRequest): Promise<boolean> {
  const { serviceId } = answer
  const problem = 'input.serviceId: found nothing, expected the service to link, by id or slug.'
  if (serviceId === undefined) throw new KalendsError('KAL_VALIDATION', { problem })
  const request = { connection: review.connectionId as string, eventType: review.subject.id }
  const also = async (tx: Sql) => {
    await decideOnTargets(tx, request.connection)
    // Thrown, so that nothing of the link is kept where somebody else decided meanwhile.
    if (!(await close(tx, author, review, answer))) throw new KalendsError('KAL_VERSION_CONFLICT')
  }
  await deps.link(author, serviceId, request, also).catch((error) => {
    const isUnknown = error instanceof KalendsError && error.code === 'KAL_NOT_FOUND'
    throw isUnknown ? new KalendsError('KAL_SERVICE_UNKNOWN', { service: serviceId }) : error
  })
  return true
}

async function close(tx: Sql, author: Author, { id }: Review, answer: ResolveRequest): Promise<boolean> {
  const { resolution, version } = answer
  const closing: Closing = {
    state: resolution === 'dismiss' ? 'dismissed' : 'resolved',
    resolution,
    note: answer.note ?? null,
    by: author.by ?? author.origin.name,
  }
  const which = { tenantId: author.tenantId, id, version }
  return (await closeReviews(tx, which, closing, { origin: author.origin, cause: causeOf(author) })) > 0
}

/** Questions whose answer is owed to somebody: that a calendar is tried again tells them nothing. */
const owedACall: ReadonlySet<string> = new Set(['CALL_BACK', 'CALL_SAYS_BOOKED'])

/** The resolutions that fit a review: only what belongs to an appointment can be tried again. */
function fitting({ appointmentId, code, connectionId, subject }: Review): string[] {
  if (owedACall.has(code)) return ['called_back', 'dismiss']
  if (appointmentId !== null) return ['retry', 'dismiss']
  const isLinkable = code === unknownEventType && connectionId !== null && subject.id !== deletedEventType
  return isLinkable ? ['link', 'dismiss'] : ['dismiss']
}

function reviewView(review: Review): ReviewView {
  const { tenantId: _, fingerprint: __, ...shown } = review
  return { ...shown, resolutions: review.state === 'open' ? fitting(review) : [] }
}
