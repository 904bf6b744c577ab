import {
  epoch,
  type Gateway,
  type Instant,
  instantOf,
  type Reached,
  type ReceivedCall,
  type Receptionist,
  type ToolResult,
} from '#core'
import { renamedArguments } from './argument-aliases.ts'
import { argumentMap } from './argument-map.ts'
import { cleanArguments } from './arguments.ts'
import { type Conversation, converse, leftMs } from './conversation.ts'
import { withinMs } from './deadline.ts'
import { greetCall } from './events/greet.ts'
import { hearCall } from './events/hear.ts'
import { answer } from './functions/answer.ts'
import { bookAppointment } from './functions/book.ts'
import { cancelAppointment } from './functions/cancel.ts'
import { checkAvailability } from './functions/check-availability.ts'
import { getCurrentContext } from './functions/context.ts'
import { findAppointments } from './functions/find.ts'
import { isAddedIn } from './functions/is-added.ts'
import { once } from './functions/once.ts'
import { rescheduleAppointment } from './functions/reschedule.ts'
import { listServices } from './functions/services.ts'
import { type FunctionName, functionNamed, functionNames, type PhoneSettings } from './options.ts'
import { languageOf } from './speech/say.ts'

/** What a function does with what a model sent for it. `changes`: it writes, and has the longer time for it. */
type Does = { changes: boolean; run(conversation: Conversation, raw: unknown): Promise<ToolResult> }

const functions: Record<FunctionName, Does> = {
  get_current_context: { changes: false, run: getCurrentContext },
  list_services: { changes: false, run: (call, raw) => listServices(call, cleanArguments('list_services', raw)) },
  check_availability: {
    changes: false,
    run: (call, raw) => checkAvailability(call, cleanArguments('check_availability', raw)),
  },
  book_appointment: {
    changes: true,
    run: (call, raw) => bookAppointment(call, cleanArguments('book_appointment', raw), isAddedIn(argumentMap(raw))),
  },
  find_appointments: {
    changes: false,
    run: (call, raw) => findAppointments(call, cleanArguments('find_appointments', raw)),
  },
  reschedule_appointment: {
    changes: true,
    run: (call, raw) => rescheduleAppointment(call, cleanArguments('reschedule_appointment', raw)),
  },
  cancel_appointment: {
    changes: true,
    run: (call, raw) => cancelAppointment(call, cleanArguments('cancel_appointment', raw)),
  },
}

/** Kept back from every deadline: the answer has to be written and sent too. Milliseconds. */
const sendingMs = 200

/** Takes the calls of every vendor. */
export function createReceptionist(gateway: Gateway, settings: PhoneSettings): Receptionist {
  return {
    async answer(reached, toolCall, deadline) {
      const name = functionNamed(toolCall.name, settings)
      const { changes, run } = functions[name ?? 'get_current_context']
      const conversation = await begin(gateway, settings, reached, toolCall, deadline, changes)
      if (name === null) return unknownFunction(conversation)
      const args = renamedArguments(toolCall.args, name, settings.argumentAliases)
      // A change is not cut off: it watches the time itself, and says how it stands.
      if (changes) return once(conversation, () => run(conversation, args))
      const work = run(conversation, args)
      return withinMs(work, leftMs(conversation), () => answer(conversation, 'CALENDAR_SLOW', {}))
    },
    hear: (reached, event) => hearCall(gateway, reached, event),
    greet: (reached, lookup) => greetCall(gateway, reached, lookup, settings),
  }
}

async function begin(
  gateway: Gateway,
  settings: PhoneSettings,
  reached: Reached,
  { call, toolCallId: request, arrived }: ReceivedCall,
  deadline: Instant,
  changes: boolean,
): Promise<Conversation> {
  const { tenantId, connectionId, language } = reached
  const own = epoch(arrived) + (changes ? settings.changeMs : settings.lookupMs)
  const until = instantOf(Math.min(own, epoch(deadline)) - sendingMs)
  const tenant = await gateway.tenants.get(tenantId)
  const state = gateway.state({ tenantId, id: connectionId })
  const wanted = call.variables.language ?? call.variables.caller_language
  const spoken = languageOf(wanted, language, settings.language)
  return converse({ desk: gateway, settings, tenant, call, request, language: spoken, state, until }, reached)
}

function unknownFunction(conversation: Conversation): ToolResult {
  const problem = `There is no such function. Name it one of ${functionNames.join(', ')}, or set an alias for it.`
  return answer(conversation, 'UNKNOWN_FUNCTION', {}, { fields: { problem } })
}
