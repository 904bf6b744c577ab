import type { Static } from 'typebox'
import type { PhaseInput } from '../contract/catalogue.ts'
import type { Phase, Service } from '../domain/service.ts'
import { KalendsError } from '../errors.ts'

type Given = Static<typeof PhaseInput>

/**
 * The phases of a service and whether it is composite. Without given phases it is one stretch over the whole length.
 * Stretches that no phase covers are free time, as phases without staff are.
 * @throws KalendsError KAL_VALIDATION where they overlap, are out of order, need no staff at all, or do not end with
 *   the service
 */
export function readPhases(
  given: readonly Given[] | undefined,
  durationMinutes: number,
): Pick<Service, 'phases' | 'composite'> {
  if (given === undefined) return { phases: [plain(durationMinutes)], composite: false }
  const phases = given.map(toPhase)
  let free = 0
  for (const { position, offsetMinutes, durationMinutes: length } of phases) {
    if (offsetMinutes < free) {
      throw invalid(
        `phases.${position} begins at minute ${offsetMinutes}, before the phase ahead of it ends (minute ${free}). ` +
          'Phases stand in order and do not overlap.',
      )
    }
    free = offsetMinutes + length
  }
  if (free !== durationMinutes) {
    throw invalid(
      `durationMinutes is ${durationMinutes}, but the last phase ends at minute ${free}. The two must be equal.`,
    )
  }
  if (!phases.some((phase) => phase.staffRequired)) {
    throw invalid('No phase has staffRequired: nothing of the service would be booked in a calendar.')
  }
  return { phases, composite: true }
}

function plain(durationMinutes: number): Phase {
  return { position: 0, name: null, offsetMinutes: 0, durationMinutes, staffRequired: true }
}

function toPhase(
  { name = null, offsetMinutes, durationMinutes, staffRequired = true }: Given,
  position: number,
): Phase {
  return { position, name, offsetMinutes, durationMinutes, staffRequired }
}

function invalid(problem: string): KalendsError {
  return new KalendsError('KAL_VALIDATION', { problem })
}
