import { test } from 'tap'
import type { Author, Gateway } from '../../../core/contract/gateway.ts'
import type { PhoneVendor, Receptionist } from '../../../core/contract/phone.ts'
import type { CalendarProvider } from '../../../core/contract/provider.ts'
import { registerPlugins } from '../../../core/host/register.ts'
import { host, plugin } from './plugins.ts'

/** The port of a plugin of this name, as its setup was lent it. */
async function lent(name: string) {
  const { app, parts, calls } = host()
  const ports: Gateway[] = []
  const keep = (port: Gateway) => {
    ports.push(port)
  }
  await registerPlugins(app, [plugin({ name, setup: keep })], parts)
  return { gateway: ports[0] as Gateway, parts, calls, app }
}

const author = (name: string): Author => ({ tenantId: 't1', origin: { name } })

test('the port is frozen and holds what the contract names, nothing more', async (t) => {
  const { gateway, app } = await lent('mine')
  t.ok(Object.isFrozen(gateway))
  t.same(Object.keys(gateway).sort(), [
    'appointments',
    'availability',
    'bus',
    'clock',
    'connections',
    'http',
    'jobs',
    'keys',
    'log',
    'phoneVendors',
    'providers',
    'receptionist',
    'reviews',
    'schedule',
    'server',
    'services',
    'sessions',
    'state',
    'stats',
    'tenants',
    'users',
  ])
  await app.close()
})

test('a plugin makes changes in its own name only', async (t) => {
  const { gateway, calls, app } = await lent('mine')
  await gateway.appointments.cancel(author('mine'), 'a1', { reason: 'x' })
  t.same(calls, [{ verb: 'cancel', given: [author('mine'), 'a1', { reason: 'x' }] }])
  for (const attempt of [
    () => gateway.appointments.book(author('calcom'), {} as never),
    () => gateway.appointments.cancel(author('system'), 'a1', {}),
    () => gateway.services.remove(author('api'), 's1'),
    () => gateway.connections.pause(author('admin'), 'c1', {}),
    () => gateway.reviews.resolve(author('other'), 'r1', {} as never),
    () => gateway.users.remove(author('admin'), 'u1'),
    () => gateway.keys.create(author('api'), {} as never),
    () => gateway.tenants.update(author('system'), 't1', {}),
  ]) {
    await t.rejects(attempt() as Promise<unknown> as Promise<void>, { code: 'KAL_ORIGIN_FOREIGN' })
  }
  t.equal(calls.length, 1, 'nothing of it reached the ports')
  await gateway.appointments.get('t1', 'a1')
  t.same(calls[1], { verb: 'get', given: ['t1', 'a1'] }, 'reading asks for no origin')
  await app.close()
})

test('admin also speaks for programs with a key, and for nobody else', async (t) => {
  const { gateway, calls, app } = await lent('admin')
  await gateway.appointments.cancel(author('admin'), 'a1', {})
  await gateway.appointments.cancel(author('api'), 'a1', {})
  await t.rejects(gateway.appointments.cancel(author('system'), 'a1', {}), { code: 'KAL_ORIGIN_FOREIGN' })
  t.equal(calls.length, 2)
  await app.close()
})

test('jobs, subscriptions, schedules and state carry the name of the plugin', async (t) => {
  const { gateway, parts, calls, app } = await lent('mine')
  const handle = async () => {}
  gateway.jobs.define('look', handle)
  await gateway.jobs.send('look', { id: '1' }, { key: 'k' })
  gateway.bus.subscribe('journal', handle)
  gateway.schedule('often', 3_600_000, { name: 'look' })
  t.same(calls, [
    { verb: 'define', given: ['mine.look', handle] },
    { verb: 'send', given: ['mine.look', { id: '1' }, { key: 'k' }] },
    { verb: 'subscribe', given: ['mine.journal', handle] },
  ])
  t.ok(parts.scheduler.existsById('mine.often'))
  const connection = { tenantId: 't1', id: 'c1' }
  t.same(await gateway.state(connection).get('x'), { value: { name: 'mine', connection }, version: 1 })
  await app.close()
})

test('a phone vendor has the name of its plugin, and there is one receptionist', async (t) => {
  const { gateway, parts, app } = await lent('mine')
  t.throws(() => gateway.phoneVendors.add({ name: 'other' } as PhoneVendor), { code: 'KAL_PLUGIN_NAME' })
  const vendor = { name: 'mine' } as PhoneVendor
  gateway.phoneVendors.add(vendor)
  t.equal(parts.registry.phoneVendors.get('mine'), vendor)
  t.throws(() => gateway.phoneVendors.add(vendor), { code: 'KAL_PLUGIN_DUPLICATE' })
  t.equal(parts.registry.receptionist.get(), undefined)
  const receptionist = {} as Receptionist
  gateway.receptionist(receptionist)
  t.equal(parts.registry.receptionist.get(), receptionist)
  t.throws(() => gateway.receptionist({} as Receptionist), {
    code: 'KAL_PLUGIN_RECEPTIONIST',
    message: /^mine wants to be the receptionist, which mine is already/,
  })
  t.equal(parts.registry.receptionist.get(), receptionist, 'the first one stays')
  await app.close()
})

test('a provider has the name of its plugin, and is registered once', async (t) => {
  const { gateway, parts, app } = await lent('mine')
  t.throws(() => gateway.providers.add({ name: 'other' } as CalendarProvider), { code: 'KAL_PLUGIN_NAME' })
  const provider = { name: 'mine' } as CalendarProvider
  gateway.providers.add(provider)
  t.equal(parts.registry.providers.get('mine'), provider)
  t.throws(() => gateway.providers.add(provider), { code: 'KAL_PLUGIN_DUPLICATE' })
  await app.close()
})

test('who takes the calls makes changes in the name of the vendor that they came by, and of no other plugin', async (t) => {
  const { gateway, parts, app } = await lent('phone')
  parts.registry.phoneVendors.add({ name: 'retell' } as PhoneVendor)
  const cancel = (name: string) => gateway.appointments.cancel(author(name), 'a1', {})
  await t.rejects(cancel('retell'), { code: 'KAL_ORIGIN_FOREIGN' })
  gateway.receptionist({} as Receptionist)
  await t.resolves(cancel('retell'))
  await t.rejects(cancel('calcom'), { code: 'KAL_ORIGIN_FOREIGN' })
  await app.close()
})
