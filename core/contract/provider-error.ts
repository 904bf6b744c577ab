import type { NotDone, Unknown } from '../domain/outcome.ts'

/** Thrown by the iterating methods of a provider, which have no outcome to return: the list broke off, and why. */
export class ProviderError extends Error {
  readonly outcome: NotDone | Unknown

  constructor(outcome: NotDone | Unknown) {
    super(`the calendar's list could not be read to its end: ${outcome.code}`)
    this.name = 'ProviderError'
    this.outcome = outcome
  }
}
