import { copyFile, stat, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import type { Cluster } from './cluster.ts'

const largestLog = 5 * 1024 * 1024

/** The file that PostgreSQL writes to, also while no gateway runs. */
export const logFile = ({ home }: Pick<Cluster, 'home'>) => join(home, 'postgres.log')

/**
 * Keeps the log of the embedded database below 5 MB or so, with one older part beside it; looks now and every minute until the
 * timer that it gives is cleared. PostgreSQL's own collector is not used: it bounds by time or by size, never both.
 */
export function boundLog(cluster: Pick<Cluster, 'home' | 'log'>): NodeJS.Timeout {
  const look = () => rotate(logFile(cluster)).catch((err) => cluster.log.warn({ err }, 'The log could not be cut'))
  void look()
  return setInterval(look, 60_000).unref()
}

/** PostgreSQL holds the file open for appending, so it is copied and cut; a rename would only take the name away. */
export async function rotate(file: string, largest: number = largestLog): Promise<void> {
  if ((await stat(file)).size <= largest) return
  await copyFile(file, `${file}.1`)
  await truncate(file)
}
