import { type Command, wordsOf } from './command.ts'
import { connectionOf } from './connection.ts'
import { asOperator, settingsFor } from './operator.ts'

export default {
  usage: ['resume CONNECTION [--tenant SLUG]'],
  details: `Lets a paused connection go on, and sends what has waited, each change once.
CONNECTION is a name or an id.

  --tenant SLUG  whose connection; not needed where there is only one tenant`,
  options: { tenant: { type: 'string' } },
  async run(typed, io) {
    const [named = ''] = wordsOf(typed, 'CONNECTION')
    return asOperator<0>(await settingsFor(typed, io), async (gateway) => {
      const { author, connection } = await connectionOf(gateway, typed, named)
      const { name, state } = await gateway.connections.resume(author, connection.id)
      const waited = connection.waiting === 0 ? 'Nothing had waited.' : `Changes on their way: ${connection.waiting}.`
      io.out(`The connection "${name}" goes on. ${waited}`)
      if (state === 'needs_auth') io.err('It needs a valid credential before anything is sent.')
      return 0
    })
  },
} satisfies Command
