import { testDatabase } from '../helper/database.ts'
import { type ModelDatabase, openModelDatabase } from './model-database.ts'

type Owner = Parameters<typeof testDatabase>[0]

/** A migrated database of its own for all runs of this process; each run has a tenant of its own in it. */
export async function openGround(owner: Owner): Promise<ModelDatabase> {
  const { url } = await testDatabase(owner)
  const database = await openModelDatabase(url)
  owner.teardown(() => database.close())
  return database
}
