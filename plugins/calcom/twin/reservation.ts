/** A slot that is kept for someone for some minutes. Times are epoch milliseconds. */
export type Reservation = {
  id: string
  eventTypeId: number
  hostId: number
  start: number
  end: number
  minutes: number
  until: number
}

/** A reservation as the API shows it. */
export function reservationOutput(reservation: Reservation): unknown {
  const { id, eventTypeId, start, end, minutes, until } = reservation
  return {
    eventTypeId,
    slotStart: new Date(start).toISOString(),
    slotEnd: new Date(end).toISOString(),
    slotDuration: (end - start) / 60_000,
    reservationUid: id,
    reservationDuration: minutes,
    reservationUntil: new Date(until).toISOString(),
  }
}
