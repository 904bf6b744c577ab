import { type Static, type TSchema, Type } from 'typebox'

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

/**
 * An object whose names of fields are the caller's own, each 1 to `longest` characters. Not Type.Record: that says
 * "every name" as the pattern `^.*$`, which a name with a line break does not match, so such a field went unchecked on
 * its way in and was left out on its way out.
 */
export function mapOf<T extends TSchema>(value: T, longest: number) {
  const names = { propertyNames: { minLength: 1, maxLength: longest } }
  return Type.Unsafe<Record<string, Static<T>>>(Type.Object({}, { additionalProperties: value, ...names }))
}

/** JSON that belongs to the client: kept as it is, and never looked into. */
export const FreeObject = mapOf(Type.Unknown(), 100)

/** A closed object: a field that is not named here is refused, never silently dropped. */
export function closed<T extends Record<string, TSchema>>(properties: T, options: { description?: string } = {}) {
  return Type.Object(properties, { additionalProperties: false, ...options })
}
