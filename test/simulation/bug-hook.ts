// node --import ./bug-hook.ts: puts the bug that KALENDS_BUG names into the source as it is loaded. Nothing on the disk is
// changed, and what runs is the house itself and no copy of it.
import { registerHooks } from 'node:module'
import { bugs } from './bugs.ts'

const bug = bugs.find(({ name }) => name === process.env.KALENDS_BUG)
if (!bug) throw new Error(`KALENDS_BUG is "${process.env.KALENDS_BUG}", which is no bug of bugs.ts`)
const target = new URL(`../../${bug.file}`, import.meta.url).href

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context)
    if (url !== target) return loaded
    const source = String(loaded.source)
    const [, ...rest] = source.split(bug.find)
    if (rest.length !== 1)
      throw new Error(`${bug.file} holds ${rest.length} times what "${bug.name}" replaces, expected once`)
    process.env.KALENDS_BUG_IS_IN = bug.name
    return { ...loaded, source: source.replace(bug.find, () => bug.replace) }
  },
})
