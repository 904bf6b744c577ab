import t from 'tap'
import { AppointmentView, BookRequest } from '../../../core/contract/appointments.ts'
import { makeApp } from './make-app.ts'

t.test('the document is made of the routes', async (t) => {
  const { app } = makeApp(t)
  app.register(async (scope) => {
    scope.post(
      '/api/v1/appointments',
      {
        config: { access: 'desk' },
        schema: { operationId: 'book', summary: 'Books.', body: BookRequest, response: { 201: AppointmentView } },
      },
      async () => null,
    )
    scope.post('/api/v1/session', { config: { access: 'public' }, schema: { operationId: 'login' } }, async () => null)
    scope.get(
      '/api/v1/tenants',
      { config: { access: 'operator' }, schema: { operationId: 'tenants' } },
      async () => null,
    )
  })
  const document = (await app.inject('/openapi.json')).json()
  t.match(document, { openapi: '3.1.0', info: { title: 'Kalends', version: '1.2.3' } })
  const book = document.paths['/api/v1/appointments'].post
  t.match(book, {
    operationId: 'book',
    tags: ['appointments'],
    security: [{ key: [] }, { session: [] }],
    'x-access': 'desk',
  })
  t.ok(book.requestBody.content['application/json'].schema.properties.serviceId)
  t.ok(book.responses['201'])
  t.ok(book.responses.default.content['application/problem+json'].schema.properties.code)
  t.same(document.paths['/api/v1/session'].post.security, [])
  t.same(document.paths['/api/v1/tenants'].get.security, [{ key: [] }])
  t.ok(document.paths['/health/ready'].get.responses['503'])
  t.notOk(document.paths['/metrics'])
  t.notOk(Object.keys(document.paths).some((path) => path.startsWith('/documentation')))
})

t.test('the reference can be read in a browser', async (t) => {
  const { app } = makeApp(t)
  const page = await app.inject('/documentation')
  t.equal(page.statusCode, 200)
  t.match(page.headers['content-type'], /^text\/html/)
  t.notMatch(page.body, /<script>|<style>| on\w+=/, 'nothing inline: the content policy would block it')
  const scripts = [...page.body.matchAll(/src="([^"]+)"/g)].map((match) => match[1] as string)
  t.ok(scripts.length > 0)
  for (const script of scripts) {
    t.equal((await app.inject(new URL(script, 'http://x/documentation').pathname)).statusCode, 200, script)
  }
})
