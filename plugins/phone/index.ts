import { definePlugin } from '#core'
import { watchPromises } from './events/call-back.ts'
import { PhoneOptions, readSettings } from './options.ts'
import { createReceptionist } from './receptionist.ts'

/** The receptionist: takes the calls that any phone vendor brings, by the functions that an agent may call. */
export default definePlugin({
  name: 'phone',
  version: '0.1.0',
  api: 1,
  options: PhoneOptions,
  setup(gateway, options) {
    gateway.receptionist(createReceptionist(gateway, readSettings(options)))
    watchPromises(gateway)
  },
})
