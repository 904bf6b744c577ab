import type { Command } from './command.ts'

type Entry = { summary: string; load(): Promise<{ default: Command }> }

/** Every command in the order of the help. A command is loaded when it is called: `--help` stays quick. */
export const commands: Readonly<Record<string, Entry>> = {
  start: { summary: 'run the gateway', load: () => import('./start.ts') },
  demo: { summary: 'play a story against it, and show what happened', load: () => import('./demo.ts') },
  doctor: { summary: 'look whether everything is as it should be', load: () => import('./doctor.ts') },
  stats: { summary: 'rates, latency, reviews, the state of every calendar', load: () => import('./stats.ts') },
  migrate: { summary: 'bring the database up to date', load: () => import('./migrate.ts') },
  tenant: { summary: 'companies: list, create, show', load: () => import('./tenant.ts') },
  key: { summary: 'API keys: list, create, remove', load: () => import('./key.ts') },
  user: { summary: 'people: list, create, password', load: () => import('./user.ts') },
  services: {
    summary: 'services: list, link to event types, import their bookings',
    load: () => import('./services.ts'),
  },
  pause: { summary: 'hold back what would be sent to a connection', load: () => import('./pause.ts') },
  resume: { summary: 'send what has waited', load: () => import('./resume.ts') },
}
