import { definePlugin } from '#core'
import { defaultBaseUrl } from './client.ts'
import { CalcomConnection, CalcomOptions } from './options.ts'
import { createCalcom } from './provider.ts'

/** The plugin for Cal.com, hosted and self-hosted, over its API v2. */
export default definePlugin({
  name: 'calcom',
  version: '0.1.0',
  api: 1,
  options: CalcomOptions,
  connection: CalcomConnection,
  baseUrl: defaultBaseUrl,
  async setup(gateway, options) {
    gateway.providers.add(createCalcom(options))
  },
})
