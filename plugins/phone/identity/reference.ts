import { hash } from 'node:crypto'

/**
 * The short number by which people speak of an appointment: five digits, because letters are misheard. It follows from
 * the id and tells nothing of it. It is not unique: it is one fact, and only among the appointments that other facts
 * lead to.
 */
export function referenceOf(appointmentId: string): string {
  const number = Number.parseInt(hash('sha256', `reference ${appointmentId}`, 'hex').slice(0, 8), 16)
  return String(10_000 + (number % 90_000))
}

/** Whether a caller means this appointment: "4 71 13" is 47113. A text without five digits in it names none. */
export function isReferenceOf(said: string, appointmentId: string): boolean {
  return said.replace(/\D/g, '') === referenceOf(appointmentId)
}
