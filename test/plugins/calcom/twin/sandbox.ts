import { startTwin } from '../../../../plugins/calcom/twin/index.ts'

// A twin in a process of its own, for a test that kills it.
const twin = await startTwin({ file: process.argv[2] as string, rateLimit: false })
twin.addAccount({
  username: 'ana',
  email: 'ana@salon.example',
  name: 'Ana Host',
  timeZone: 'Europe/Berlin',
  apiKey: 'cal_ana',
})
const { id } = twin.addEventType('ana', { title: 'Cut', slug: 'cut', lengthInMinutes: 30 })
process.send?.({ url: twin.url, typeId: id })
