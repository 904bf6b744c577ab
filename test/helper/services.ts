import type { Salon } from './salon.ts'

type Named = { slug: string; name: string; minutes: number }
type Phase = { name: string; offsetMinutes: number; durationMinutes: number; staffRequired?: boolean }
type Books = Pick<Salon, 'gateway' | 'author' | 'twin' | 'account'>

/** Adds a service with an event type of its own; `more` is what that has besides, such as `requiresConfirmation`. */
export async function addService(
  { gateway, author, twin, account }: Books,
  { slug, name, minutes }: Named,
  more: Partial<Parameters<Salon['twin']['addEventType']>[1]> = {},
) {
  const { id } = twin.addEventType(account, { title: name, slug, lengthInMinutes: minutes, ...more })
  const links = [{ connection: 'calendar', target: { eventTypeId: id } }]
  return gateway.services.create(author, { slug, name, durationMinutes: minutes, links })
}

/** Adds a composite service, with an event type for each phase that needs the staff. */
export async function addComposite(
  { gateway, author, twin, account }: Books,
  { slug, name, minutes }: Named,
  phases: Phase[],
) {
  const links = [...phases.entries()].flatMap(([phase, { name: title, durationMinutes, staffRequired }]) => {
    if (staffRequired === false) return []
    const type = twin.addEventType(account, { title, slug: `${slug}-${phase}`, lengthInMinutes: durationMinutes })
    return [{ connection: 'calendar', phase, target: { eventTypeId: type.id } }]
  })
  return gateway.services.create(author, { slug, name, durationMinutes: minutes, phases, links })
}

/** Adds colouring: put on for 45 minutes, take effect for 45 (nobody needed), wash and cut for 30. */
export function addColour(salon: Books) {
  return addComposite(salon, { slug: 'colour', name: 'Colour', minutes: 120 }, [
    { name: 'Put on', offsetMinutes: 0, durationMinutes: 45 },
    { name: 'Take effect', offsetMinutes: 45, durationMinutes: 45, staffRequired: false },
    { name: 'Wash and cut', offsetMinutes: 90, durationMinutes: 30 },
  ])
}
