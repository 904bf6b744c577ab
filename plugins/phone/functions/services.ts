import type { ToolResult } from '#core'
import type { CleanArguments } from '../arguments.ts'
import type { Conversation } from '../conversation.ts'
import { answer } from './answer.ts'
import { allServices, servicesNamed } from './which-service.ts'

/** So many fit into one answer. */
const most = 12

/** Lists what can be booked; with a word, what that word may mean. */
export async function listServices(
  conversation: Conversation,
  { query }: CleanArguments['list_services'],
): Promise<ToolResult> {
  const all = (await allServices(conversation)).filter(({ bookable }) => bookable)
  const found = query === null ? all : servicesNamed(query, all)
  // A word that fits nothing is no reason to say that there is nothing.
  const listed = (found.length > 0 ? found : all).slice(0, most)
  if (listed.length === 0) return answer(conversation, 'NO_SERVICES', {})
  const services = listed.map(({ name, durationMinutes, price, currency }) => {
    const cost = price === null ? null : [price, currency].filter((part) => part !== null).join(' ')
    return [name, `${durationMinutes} min`, cost].filter((part) => part !== null).join(', ')
  })
  const values = { services: listed.map(({ name }) => name) }
  return answer(conversation, 'SERVICES', values, { success: true, fields: { services } })
}
