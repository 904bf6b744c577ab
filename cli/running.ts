import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Settings } from '../core/settings.ts'

/** A gateway of this folder: where it is reached from this machine, and its process id. */
export type Running = { url: string; pid: number }

/** Leaves a note where this gateway is reached, for the demo and the doctor. After kill -9 it stays: never trust, ask. */
export async function noteRunning(settings: Settings, url: string): Promise<void> {
  const note: Running = { url, pid: process.pid }
  await writeFile(`${fileOf(settings)}.new`, `${JSON.stringify(note)}\n`)
  await rename(`${fileOf(settings)}.new`, fileOf(settings))
}

export async function forgetRunning(settings: Settings): Promise<void> {
  const note = await readNote(settings)
  if (note?.pid === process.pid) await rm(fileOf(settings), { force: true })
}

/** The gateway of this folder, where its note is true: it answers. */
export async function findRunning(settings: Settings): Promise<Running | null> {
  const note = await readNote(settings)
  if (note === null) return null
  const answer = await fetch(new URL('/health/live', note.url), { signal: AbortSignal.timeout(3_000) }).catch(
    () => null,
  )
  const body = (await answer?.json().catch(() => null)) as { status?: unknown } | null | undefined
  return body?.status === 'live' ? note : null
}

async function readNote(settings: Settings): Promise<Running | null> {
  const text = await readFile(fileOf(settings), 'utf8').catch(() => '')
  const [, url, pid] = /^\{"url":"(http:\/\/[^"\s]+)","pid":(\d+)\}$/.exec(text.trim()) ?? []
  return url === undefined ? null : { url, pid: Number(pid) }
}

function fileOf({ database }: Settings): string {
  return join(resolve(database.folder), 'gateway.json')
}
