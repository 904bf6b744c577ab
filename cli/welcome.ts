import { mainTenant } from './from-environment.ts'
import type { Sandbox } from './sandbox/sandbox.ts'
import type { Served } from './serve.ts'

/** How a person calls us: in a checkout through npm, which knows the right Node.js; installed, by our name. */
const program = import.meta.url.endsWith('.ts') ? 'npm run kalends --' : 'kalends'

/** What a person reads when the gateway is ready: where to go, what to type next, and once the demo's credentials. */
export function welcome({ url, sandbox, fromEnvironment }: Served): string {
  const lines = [
    '',
    `  Kalends is ready at ${url}`,
    '',
    `  API          ${url}/api/v1`,
    `  Reference    ${url}/documentation`,
  ]
  if (sandbox !== null) lines.push(...sandboxLines(url, sandbox))
  if (fromEnvironment) lines.push(...environmentLines())
  lines.push('', '  Ctrl-C stops it.', '')
  return lines.join('\n')
}

function sandboxLines(url: string, { pageUrl, tenant, credentials, nextFree }: Sandbox): string[] {
  return [
    `  Sandbox      ${pageUrl}  (stands in for Cal.com; nothing leaves this machine)`,
    '',
    ...(credentials === null ? knownLines(tenant) : credentialLines(tenant, credentials)),
    '',
    '  Book a haircut, then look at the sandbox:',
    '',
    `    curl -s ${url}/api/v1/appointments \\`,
    `      -H "Authorization: Bearer ${credentials?.key ?? '$KALENDS_KEY'}" \\`,
    `      -H "Content-Type: application/json" \\`,
    `      -d '{"serviceId":"cut","startsAt":"${nextFree}","customer":{"name":"Zoe Mueller","email":"zoe@example.org"}}'`,
    '',
    `  Or watch the whole story, with a call of a phone agent, in another terminal: ${program === 'kalends' ? 'kalends demo' : 'npm run demo'}`,
  ]
}

function credentialLines(tenant: string, { email, password, key }: NonNullable<Sandbox['credentials']>): string[] {
  return [
    '  DEMO CREDENTIALS, shown this once',
    `    Tenant     ${tenant}`,
    `    Login      ${email}`,
    `    Password   ${password}`,
    `    API key    ${key}`,
  ]
}

function knownLines(tenant: string): string[] {
  return [
    `  The login and the API key of the tenant "${tenant}" were shown at the first start. New ones:`,
    `    ${program} key create mine --role admin --tenant ${tenant}`,
    `    ${program} user password admin@demo.example --tenant ${tenant}`,
  ]
}

function environmentLines(): string[] {
  return [
    '',
    `  CALCOM_API_KEY is the connection "calendar" of the tenant "${mainTenant}". A key for your programs,`,
    '  and whether everything is in place:',
    `    ${program} key create mine --role admin --tenant ${mainTenant}`,
    `    ${program} doctor`,
  ]
}
