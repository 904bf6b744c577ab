import { checkInput } from '../check-input.ts'
import { ResolveRequest, type ReviewView } from '../contract/catalogue.ts'
import type { Author, Reviews } from '../contract/gateway.ts'
import { KalendsError } from '../errors.ts'
import { causeOf } from '../store/announce.ts'
import { byId, readPage } from '../store/cursor.ts'
import type { Database } from '../store/database.ts'
import { type Closing, findReview, listReviews, type Review } from '../store/reviews.ts'
import { closeReviews } from './review.ts'

export type ReviewsDeps = {
  db: Database
  /** Nudges the sync of an appointment towards one connection, or towards all; may be called more than once. */
  retry(tenantId: string, appointmentId: string, connectionId: string | null): Promise<void>
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
      // The work first, then the end of the review: a crash between the two leaves a question open that heals itself;
      // the other way round it would leave a failure that nobody is asked about. Nudging twice is nudging once.
      if (answer.resolution === 'retry') {
        await deps.retry(author.tenantId, review.appointmentId as string, review.connectionId)
      }
      const closed = await close(db, author, review, answer)
      const now = await known(author.tenantId, review.id)
      if (!closed && now.state !== 'healed') throw overtaken(now)
      return reviewView(now)
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

async function close(db: Database, author: Author, { id }: Review, answer: ResolveRequest): Promise<boolean> {
  const { resolution, version } = answer
  const closing: Closing = {
    state: resolution === 'dismiss' ? 'dismissed' : 'resolved',
    resolution,
    note: answer.note ?? null,
    by: author.by ?? author.origin.name,
  }
  const which = { tenantId: author.tenantId, id, version }
  const who = { origin: author.origin, cause: causeOf(author) }
  return (await db.transaction((tx) => closeReviews(tx, which, closing, who))) > 0
}

/** The resolutions that fit a review: only what belongs to an appointment can be tried again. */
function fitting({ appointmentId }: Review): string[] {
  return appointmentId === null ? ['dismiss'] : ['retry', 'dismiss']
}

function reviewView(review: Review): ReviewView {
  const { tenantId: _, fingerprint: __, ...shown } = review
  return { ...shown, resolutions: review.state === 'open' ? fitting(review) : [] }
}
