import t from 'tap'
import { Value } from 'typebox/value'
import { type CalendarProvider, type Gateway, isPlugin } from '#core'
import calcom from '../../../plugins/calcom/index.ts'
import { CalcomConnection, CalcomOptions, settingsOf } from '../../../plugins/calcom/options.ts'

t.test('the plugin adds one provider, which says what Cal.com cannot take', async (t) => {
  const plugin = calcom()
  t.ok(isPlugin(plugin))
  const added: CalendarProvider[] = []
  await plugin.setup({ providers: { add: (provider) => void added.push(provider) } } as Gateway, {})
  const [provider] = added
  t.equal(added.length, 1)
  t.equal(provider?.name, plugin.name)
  t.equal(provider?.supports.reschedule, 'new_id')
  t.notOk(Object.values(provider?.supports.fields ?? {}).includes(true))
})

t.test('a target is compared by its event type', async (t) => {
  const added: CalendarProvider[] = []
  await calcom().setup({ providers: { add: (provider) => void added.push(provider) } } as Gateway, {})
  const target = added[0]?.target
  t.equal(target?.id({ eventTypeId: 77 }), '77')
  t.ok(Value.Check(target?.schema ?? {}, { eventTypeId: 77 }))
  for (const bad of [{}, { eventTypeId: '77' }, { eventTypeId: 0 }, { eventTypeId: 7, x: 1 }]) {
    t.notOk(Value.Check(target?.schema ?? {}, bad))
  }
})

t.test('options and connections: what is taken', async (t) => {
  t.ok(Value.Check(CalcomOptions, {}))
  t.ok(Value.Check(CalcomOptions, { versions: { bookings: '2026-02-25' }, syntheticEmailDomain: 'no-mail.example' }))
  t.ok(Value.Check(CalcomConnection, { credentials: { apiKey: 'cal_live_x' } }))
  t.ok(
    Value.Check(CalcomConnection, { credentials: { apiKey: 'cal_x' }, options: { language: 'de', sendNotes: true } }),
  )
  t.notOk(Value.Check(CalcomOptions, { versions: { bookings: 'latest' } }))
  t.notOk(Value.Check(CalcomOptions, { metadataKey: 'x'.repeat(41) }))
  t.notOk(Value.Check(CalcomOptions, { colour: 'red' }))
  t.notOk(Value.Check(CalcomConnection, { credentials: {} }))
  t.notOk(Value.Check(CalcomConnection, { credentials: { apiKey: 'two\nlines' } }))
  t.notOk(Value.Check(CalcomConnection, { credentials: { apiKey: 'x' }, options: { metadataKey: 'mine' } }))
})

t.test('a connection’s options are nearer than the plugin’s, the plugin’s nearer than the defaults', async (t) => {
  const connection = { tenantId: 't', id: 'c', name: 'n', baseUrl: null, options: {}, credentials: {} }
  const options = { language: 'de', versions: { list: '2026-05-01' } }
  const plain = settingsOf(options, connection)
  t.strictSame(plain, {
    versions: { bookings: '2024-08-13', list: '2026-05-01', slots: '2024-09-04', eventTypes: '2024-06-14' },
    metadataKey: 'kalendsId',
    syntheticEmailDomain: null,
    language: 'de',
    sendNotes: false,
  })
  t.match(settingsOf(options, { ...connection, options: { language: 'fr' } }), {
    language: 'fr',
    versions: plain.versions,
  })
  t.strictSame(settingsOf(options, { ...connection, options: { language: 7 } }), plain)
})
