import type { CreateBody } from './booking-body.ts'
import type { Calendar } from './calendar.ts'

/** Something that somebody does in Cal.com meanwhile, as data. */
export type Deed =
  | { do: 'book'; body: CreateBody }
  | { do: 'reschedule'; uid: string; start: string }
  | { do: 'cancel' | 'touch'; uid: string }

/** Does deeds one after the other. Rejects as the calendar does. */
export async function doAll(calendar: Calendar, deeds: readonly Deed[]): Promise<void> {
  for (const deed of deeds) {
    if (deed.do === 'book') await calendar.book(deed.body)
    else if (deed.do === 'reschedule') await calendar.reschedule(deed.uid, deed.start)
    else if (deed.do === 'cancel') await calendar.cancel(deed.uid)
    else await calendar.touch(deed.uid)
  }
}
