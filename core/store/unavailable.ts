import { OutboundError } from '../outbound/outbound-error.ts'

// What the driver says in words only: these errors carry no SQLSTATE and no errno.
const connectionMessages =
  /^(Connection terminated|Query read timeout|timeout exceeded when trying to connect|timeout expired|Client (has encountered a connection error|was closed)|Cannot use a pool after calling end)/

const errnos = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
])

// 57P01–57P03 shutting down, crashed, starting up; 57014 cancelled by statement_timeout; 25P03 idle in transaction;
// 25006 read only (a failover that is not finished); 58030 the disk failed. https://www.postgresql.org/docs/18/errcodes-appendix.html
const states = new Set(['57P01', '57P02', '57P03', '57P05', '57014', '25P03', '25006', '58030'])

/**
 * Whether an error says "the database does not answer now" (connection lost or refused, out of connections, memory or
 * disk, timed out) and not "this statement is wrong". HTTP turns it into 503 KAL_UNAVAILABLE. Whether the work was
 * committed is unknown: the answer to a COMMIT may be what was lost. A calendar that refuses the connection is not
 * the database, though its errors look alike.
 */
export function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error) || error instanceof OutboundError) return false
  const { code, syscall } = error as NodeJS.ErrnoException
  if (typeof code === 'string') {
    if (errnos.has(code) || states.has(code)) return true
    // Class 08: connection exceptions. Class 53: insufficient resources (too many connections, disk full).
    if (/^(08|53)[0-9A-Z]{3}$/.test(code)) return true
    // A missing unix socket: the embedded database is stopped.
    if (code === 'ENOENT' && syscall === 'connect') return true
  }
  if (connectionMessages.test(error.message)) return true
  return error.cause !== undefined && isUnavailable(error.cause)
}
