import { type TSchema, Type } from 'typebox'

/** An ISO 8601 instant with Z, as every answer writes it. */
export const InstantText = Type.String({ description: 'ISO 8601 instant, e.g. 2026-12-01T09:00:00Z' })

/** A value or null: the way in which every answer says "there is none". */
export function nullable<T extends TSchema>(schema: T) {
  return Type.Union([schema, Type.Null()])
}

/** A page of a list. `nextCursor` is null on the last one. */
export function page<T extends TSchema>(item: T) {
  return Type.Object({ items: Type.Array(item), nextCursor: nullable(Type.String()) })
}

/** How every list is asked for: at most 200 rows, from a cursor that an earlier page gave. */
export const PageQuery = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: 50 })),
  cursor: Type.Optional(Type.String({ maxLength: 400 })),
}

/** A closed object: a field that is not named here is refused, never silently dropped. */
export function closed<T extends Record<string, TSchema>>(properties: T, options: { description?: string } = {}) {
  return Type.Object(properties, { additionalProperties: false, ...options })
}
