import Fastify from 'fastify'
import t from 'tap'
import { installHealth } from '../../../core/http/health.ts'
import { makeApp } from './make-app.ts'

const well = { name: 'database', check: async () => {} }

t.test('live says only that the process answers', async (t) => {
  const { app } = makeApp(t, { probes: [{ name: 'database', check: () => Promise.reject(new Error('away')) }] })
  const reply = await app.inject('/health/live')
  t.equal(reply.statusCode, 200)
  t.same(reply.json(), { status: 'live' })
})

t.test('ready names every part', async (t) => {
  const { app } = makeApp(t, { probes: [well, { name: 'queue', check: async () => 'whatever' }] })
  const reply = await app.inject('/health/ready')
  t.equal(reply.statusCode, 200)
  t.same(reply.json(), {
    status: 'ready',
    parts: [
      { name: 'database', status: 'ok' },
      { name: 'queue', status: 'ok' },
    ],
  })
})

t.test('a part that fails is named, why only in the log', async (t) => {
  const failing = { name: 'queue', check: () => Promise.reject(new Error('password of kalends wrong')) }
  const throwing = {
    name: 'plugins',
    check: () => {
      throw new Error('sync')
    },
  }
  const { app, log } = makeApp(t, { probes: [well, failing, throwing] })
  const reply = await app.inject('/health/ready')
  t.equal(reply.statusCode, 503)
  t.match(reply.json(), {
    status: 'not_ready',
    parts: [{ status: 'ok' }, { name: 'queue', status: 'failed' }, { name: 'plugins', status: 'failed' }],
  })
  t.notMatch(reply.body, 'password')
  t.match(log(), 'password of kalends wrong')
})

t.test('a part that does not answer in time is named', async (t) => {
  const app = Fastify()
  t.teardown(() => app.close())
  installHealth(app, [well, { name: 'database', check: () => new Promise(() => {}) }], 30)
  const reply = await app.inject('/health/ready')
  t.equal(reply.statusCode, 503)
  t.match(reply.json(), { parts: [{ status: 'ok' }, { name: 'database', status: 'timed_out' }] })
})
