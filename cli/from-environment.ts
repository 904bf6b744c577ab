import { definePlugin, type Plugin } from '../core/contract/plugin.ts'
import { ensureConnection, ensureTenant } from './sandbox/furnish.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** The tenant that CALCOM_API_KEY alone makes. */
export const mainTenant = 'main'

/**
 * For a first real start without a settings file: CALCOM_API_KEY (and CALCOM_BASE_URL of a self-hosted one) becomes the
 * connection `calendar` of the tenant `main`, in the time zone of this machine. The environment is the key's home: it is
 * stored anew at every start. What else somebody changed stays.
 */
export function environmentPlugin(environment: Environment): Plugin {
  const { CALCOM_API_KEY: apiKey = '', CALCOM_BASE_URL: baseUrl, CALCOM_WEBHOOK_SECRET: webhookSecret } = environment
  return definePlugin({
    name: 'environment',
    version: '0.1.0',
    api: 1,
    async setup(gateway) {
      const timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone
      const author = await ensureTenant(gateway, 'environment', { slug: mainTenant, name: 'Main', timeZone })
      const optional = { ...(baseUrl ? { baseUrl } : {}), ...(webhookSecret ? { webhookSecret } : {}) }
      await ensureConnection(gateway, author, {
        name: 'calendar',
        plugin: 'calcom',
        credentials: { apiKey },
        ...optional,
      })
    },
  })()
}
