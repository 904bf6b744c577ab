import { Ajv, type ErrorObject } from 'ajv'
import addFormats, { type FormatsPlugin } from 'ajv-formats'
import type { FastifyInstance, FastifySchemaCompiler } from 'fastify'
import { KalendsError } from '../errors.ts'
import { unstorable } from './json-body.ts'
import { requestProblem } from './request-problem.ts'
import { unstorableText } from './storable-text.ts'

const options = {
  useDefaults: true,
  removeAdditional: false,
  // One error is enough to refuse; collecting all of them is a way to keep the server busy.
  allErrors: false,
  // Errors carry the value, from which request-problem.ts takes its type and its length, never the value itself.
  verbose: true,
  strict: true,
  strictTypes: false,
  strictRequired: false,
  allowUnionTypes: true,
} as const

/**
 * Checks requests by their schemas: a field that is not known is refused, never dropped. Only query and path, which
 * are text by nature, are converted to numbers and booleans; a body says what it means.
 */
export function installValidation(app: FastifyInstance): void {
  const forBodies = withFormats(new Ajv({ ...options, coerceTypes: false }))
  const forText = withFormats(new Ajv({ ...options, coerceTypes: 'array' }))
  const compile: FastifySchemaCompiler<object> = ({ schema, httpPart }) =>
    (httpPart === 'body' ? forBodies : forText).compile(schema)
  app.setValidatorCompiler(compile)
  app.setSchemaErrorFormatter((errors, part) => {
    const { path, expected, found } = requestProblem(errors as unknown as ErrorObject[], part)
    const problem = `${path}: found ${found}, expected ${expected}.`
    return new KalendsError('KAL_VALIDATION', { problem, path, expected, found })
  })

  app.addHook('preValidation', (request, _reply, done) => {
    // A route that takes a body of optional fields may be called without one; required fields are then named as missing.
    if (request.body === undefined && request.routeOptions.schema?.body) request.body = {}
    const encoded = request.url.includes('%')
    const path = encoded ? (unstorableText(request.query, 'query') ?? unstorableText(request.params, 'path')) : null
    done(path === null ? undefined : unstorable(path))
  })
}

function withFormats(ajv: Ajv): Ajv {
  // A CommonJS package: its default export is the module object for Node, and the function for the type checker.
  const plugin = addFormats as unknown as FormatsPlugin & { default?: FormatsPlugin }
  ;(plugin.default ?? plugin)(ajv)
  return ajv
}
