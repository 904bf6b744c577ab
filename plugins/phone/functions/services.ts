import type { ToolResult } from '#core'
import type { CleanArguments } from '../arguments.ts'
import type { Conversation } from '../conversation.ts'
import { answer } from './answer.ts'
import { type Labelled, labelled, priceOf } from './service-labels.ts'
import { allServices, servicesNamed } from './which-service.ts'

/** So many fit into one answer. */
const most = 12

/** Lists what can be booked; with a word (`query`, or `service` as models send it), only what that word may mean. */
export async function listServices(
  conversation: Conversation,
  { query }: CleanArguments['list_services'],
): Promise<ToolResult> {
  const all = (await allServices(conversation)).filter(({ bookable }) => bookable)
  const found = query === null ? all : servicesNamed(query, all)
  // A word that fits nothing is no reason to say that there is nothing.
  const listed = labelled(found.length > 0 ? found : all, conversation.language).slice(0, most)
  if (listed.length === 0) return answer(conversation, 'NO_SERVICES', {})
  const values = { services: listed.map(({ label }) => label) }
  return answer(conversation, 'SERVICES', values, { success: true, fields: { services: listed.map(lineOf) } })
}

/** What a model is told of a service; what tells it apart stands there already, and is not said twice. */
function lineOf({ service, label, details }: Labelled): string {
  const [length, price] = [`${service.durationMinutes} min`, priceOf(service)]
  const isTold = (text: string) => details.some((detail) => detail.split(' ')[0] === text.split(' ')[0])
  return [label, ...[length, price].filter((part) => part !== null && !isTold(part))].join(', ')
}
