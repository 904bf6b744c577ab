import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Invitation } from './attend.ts'
import type { CreateBody } from './booking-body.ts'
import type { By, Calendar, TwinBooking } from './calendar.ts'
import { addSwitches, type Switches } from './control-switches.ts'
import { CalError } from './errors.ts'
import type { Delivery } from './letter.ts'
import type { TwinCall } from './mishap.ts'
import { page } from './page.ts'

/** What can be looked at and done from outside. */
export type Controls = Switches & {
  bookings(filter?: object): TwinBooking[]
  readonly calls: readonly TwinCall[]
  readonly counts: Readonly<Record<string, number>>
  readonly deliveries: readonly Delivery[]
  readonly calendar: Calendar
  reset(): void
}

/** The twin's own endpoints, which Cal.com does not have: for a demo in another process, and for a person who looks. */
export function addControl(app: FastifyInstance, twin: Controls): void {
  app.register(async (scope) => {
    scope.addHook('onRequest', async (request) => refuseStrangers(request))
    scope.get('/', async (_request, reply) => {
      reply.header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'")
      reply.type('text/html; charset=utf-8')
      return page(twin.bookings({ newest: 300 }))
    })
    addReads(scope, twin)
    addWrites(scope, twin)
    addSwitches(scope, twin)
  })
}

function addReads(scope: FastifyInstance, twin: Controls): void {
  scope.get('/_twin/bookings', async (request) => twin.bookings(request.query as object))
  scope.get('/_twin/calls', async () => ({ counts: twin.counts, calls: twin.calls }))
  scope.get('/_twin/deliveries', async () => twin.deliveries)
}

type Wish = {
  start?: string
  by?: By
  reason?: string
  ms?: number
  location?: string
  moment?: 'started' | 'ended'
  host?: boolean
  attendees?: { email: string; absent: boolean }[]
}

function addWrites(scope: FastifyInstance, twin: Controls): void {
  scope.post('/_twin/book', async (request) => twin.calendar.book(request.body as CreateBody))
  scope.post('/_twin/attend', async (request) => {
    const { account, ...invitation } = request.body as Invitation & { account: string }
    return twin.calendar.attend(account, invitation)
  })
  const deeds: Record<string, (uid: string, wish: Wish) => unknown> = {
    reschedule: (uid, { start, by, reason }) => twin.calendar.reschedule(uid, start ?? '', by, reason),
    cancel: (uid, { reason, by }) => twin.calendar.cancel(uid, reason, by),
    confirm: (uid) => twin.calendar.confirm(uid),
    decline: (uid, { reason }) => twin.calendar.decline(uid, reason),
    pay: (uid) => twin.calendar.pay(uid),
    touch: (uid) => twin.calendar.touch(uid),
    relocate: (uid, { location }) => twin.calendar.relocate(uid, location ?? ''),
    backdate: (uid, { ms }) => twin.calendar.backdate(uid, ms ?? 0),
    'mark-absent': (uid, { host, attendees }) => twin.calendar.markAbsent(uid, { host, attendees }),
    meeting: async (uid, { moment }) => {
      await twin.calendar.meeting(uid, moment ?? 'ended')
      return { uid }
    },
  }
  for (const [name, act] of Object.entries(deeds)) {
    scope.post(`/_twin/bookings/:uid/${name}`, async (request) => {
      return act((request.params as { uid: string }).uid, (request.body ?? {}) as Wish)
    })
  }
  scope.post('/_twin/reset', async (_request, reply) => {
    twin.reset()
    return reply.code(204).send()
  })
}

const loopback = /^(127\.\d+\.\d+\.\d+|::1|::ffff:127\.\d+\.\d+\.\d+)$/
const localHost = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/

/** Only this machine, and no web page of another site: a foreign `Host` is a rebound name, an `Origin` is a script. */
function refuseStrangers(request: FastifyRequest): void {
  const here = loopback.test(request.ip) && localHost.test(request.headers.host ?? '')
  const { origin } = request.headers
  if (!here || (origin !== undefined && !localHost.test(origin.replace(/^https?:\/\//, '')))) {
    throw new CalError(403, 'The controls of the twin are open to this machine only')
  }
}
