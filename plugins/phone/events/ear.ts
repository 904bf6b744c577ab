import type { Gateway } from '#core'

/** What of the gateway is used when an event of a call is heard. Nothing that books, moves or cancels is needed. */
export type Ear = Pick<Gateway, 'availability' | 'reviews' | 'state' | 'clock'> & {
  readonly appointments: Pick<Gateway['appointments'], 'get' | 'remark'>
}
