import { type Command, wordsOf } from './command.ts'
import { connectionOf } from './connection.ts'
import { asOperator, settingsFor } from './operator.ts'

export default {
  usage: ['pause CONNECTION [--all] [--tenant SLUG]'],
  details: `Holds back what would be sent to a connection. Bookings are taken as before and
wait; "kalends resume" sends them. CONNECTION is a name or an id.

Nothing is sent to a phone, so pausing one always means all of it: its calls are
answered with CONNECTION_PAUSED.

  --all          also leaves alone what the calendar reports
  --tenant SLUG  whose connection; not needed where there is only one tenant`,
  options: { all: { type: 'boolean' }, tenant: { type: 'string' } },
  async run(typed, io) {
    const [named = ''] = wordsOf(typed, 'CONNECTION')
    return asOperator<0>(await settingsFor(typed, io), async (gateway) => {
      const { author, connection } = await connectionOf(gateway, typed, named)
      const isPhone = connection.phoneUrls !== null
      const scope = typed.values.all === true || isPhone ? 'all' : 'outbound'
      const paused = await gateway.connections.pause(author, connection.id, { scope })
      const effect = isPhone ? 'It answers no calls.' : `Changes that wait: ${paused.waiting}.`
      io.out(`The connection "${paused.name}" is paused (${scope}). ${effect}`)
      return 0
    })
  },
} satisfies Command
