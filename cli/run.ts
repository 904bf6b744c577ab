import { parseArgs } from 'node:util'
import { KalendsError } from '../core/errors.ts'
import { type Command, type Io, type Options, type Typed, UsageError } from './command.ts'
import { commands } from './commands.ts'

const everywhere = {
  config: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const satisfies Options

const terminal: Io = {
  out: (text) => console.log(text),
  err: (text) => console.error(text),
  environment: process.env,
}

/** Runs the command that the arguments name. Answers the exit code: 0 well, 1 failed, 2 not typed right. */
export async function run(args: readonly string[], io: Io = terminal): Promise<0 | 1 | 2> {
  const [name = '', ...rest] = args
  try {
    if (['', '--help', '-h', 'help'].includes(name))
      return await help(rest[0], name === '' ? io.err : io.out, name === '')
    if (name === '--version') return say(io.out, (await import('../core/gateway.ts')).version)
    const command = await load(name)
    const typed = read(command, rest)
    if (typed.values.help === true) return say(io.out, helpOf(command))
    return await command.run(typed, io)
  } catch (error) {
    return fail(error, name, io)
  }
}

async function load(name: string): Promise<Command> {
  const known = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (known === undefined)
    throw new UsageError(name.startsWith('-') ? `${name} is unknown.` : `There is no command "${name}".`)
  return (await known.load()).default
}

function read(command: Command, args: string[]): Typed {
  try {
    const { values, positionals } = parseArgs({
      args,
      options: { ...command.options, ...everywhere },
      allowPositionals: true,
      strict: true,
    })
    return { values: values as Typed['values'], words: positionals }
  } catch (error) {
    // Node's own sentence names the option; what follows it is advice about "--".
    throw new UsageError((error as Error).message.split('. ')[0]?.replace(/\.?$/, '.'))
  }
}

function say(print: (text: string) => void, text: string): 0 {
  print(text)
  return 0
}

/** Help about everything or one command; typed without anything, it is an answer to a mistake. */
async function help(topic: string | undefined, print: (text: string) => void, isMistake: boolean): Promise<0 | 2> {
  if (topic !== undefined) return say(print, helpOf(await load(topic)))
  const width = Math.max(...Object.keys(commands).map((name) => name.length))
  const lines = Object.entries(commands).map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`)
  print(
    'Kalends keeps appointments in agreement with the calendars.\n\n' +
      `Usage: kalends COMMAND [options]\n\n${lines.join('\n')}\n\n` +
      'Every command takes --help and --config FILE (else\n' +
      'config/gateway.yaml); those that print a table take --json.\n' +
      'Exit codes: 0 well, 1 failed, 2 not typed right.',
  )
  return isMistake ? 2 : 0
}

function helpOf({ usage, details }: Command): string {
  const lines = usage.map((line, index) => `${index === 0 ? 'Usage:' : '      '} kalends ${line}`)
  return `${lines.join('\n')}\n\n${details.trim()}\n\n  --config FILE  another settings file than config/gateway.yaml\n  --help         this`
}

/** Errors for people, without stack traces: what is wrong, and how to go on. */
function fail(error: unknown, name: string, io: Io): 1 | 2 {
  if (error instanceof UsageError) {
    io.err(`${error.message}\nkalends ${Object.hasOwn(commands, name) ? `${name} ` : ''}--help says what there is.`)
    return 2
  }
  if (error instanceof KalendsError) io.err(`${error.title} (${error.code})\n${error.message}`)
  else io.err(`Failed: ${error instanceof Error ? error.message : String(error)}`)
  return 1
}
