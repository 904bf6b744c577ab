import { definePlugin } from '#core'
import { RetellConnection } from './options.ts'
import { createRetell } from './vendor.ts'

/** The plugin for phone agents of Retell AI: its custom functions, call webhooks and inbound webhook. */
export default definePlugin({
  name: 'retell',
  version: '0.1.0',
  api: 1,
  connection: RetellConnection,
  setup(gateway) {
    gateway.phoneVendors.add(createRetell())
  },
})
