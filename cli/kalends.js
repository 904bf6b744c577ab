// The way in from a checkout. Plain JavaScript of the oldest kind, so that a Node.js that cannot run TypeScript still says
// what is missing, instead of "Unknown file extension". The package's own binary is main.ts, compiled.
import { existsSync } from 'node:fs'

import('./main.ts').catch((error) => {
  if (error.code !== 'ERR_UNKNOWN_FILE_EXTENSION') throw error
  const brought = existsSync(new URL('../node_modules/node/bin/node', import.meta.url))
  const advice = brought
    ? 'A newer one came along with "npm ci"; npm puts it first: npm start, npm run demo, npm run kalends -- --help.'
    : 'The one that comes along was not installed: npm skipped the install scripts (ignore-scripts). ' +
      'Run "npm rebuild --ignore-scripts=false node", or install Node.js 22.18 or newer.'
  console.error(`Kalends needs Node.js 22.18 or newer; this is ${process.version}.\n${advice}`)
  process.exitCode = 1
})
