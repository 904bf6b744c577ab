import t from 'tap'
import { until } from '../helper/gateway.ts'
import { appointments, calling, dayAhead, inBerlin, phoneGateway, taken } from '../helper/phone.ts'

t.test(
  'where nothing is sent to the calendar nothing is offered, and what is asked for is not called booked',
  async (t) => {
    const salon = await phoneGateway(t, { changeWithin: '3s' })
    const { gateway, author, connection, db } = salon
    const needsKey = () =>
      db.query(`update kalends.connections set state = 'needs_auth' where id = $1`, [connection.id])
    const stops = {
      outbound: () => gateway.connections.pause(author, connection.id, { scope: 'outbound' }),
      all: () => gateway.connections.pause(author, connection.id, { scope: 'all' }),
      'needs a key': needsKey,
    }
    let day = 3
    for (const [why, stop] of Object.entries(stops)) {
      const date = dayAhead(day++)
      const { ask } = calling(salon)
      t.match(await ask('check_availability', { date }), { code: 'AVAILABLE' })
      await stop()
      const free = await ask('check_availability', { date })
      t.match(free, { success: false, code: 'CALENDAR_SLOW' }, why)
      t.notOk(free.options?.length, 'nothing is offered')
      const start = inBerlin(date, '10:00')
      const before = taken(salon).length
      const args = { start, customer_name: 'Max Muster' }
      t.match(await ask('book_appointment', args), { success: false, code: 'PENDING' }, why)
      t.equal(taken(salon).length, before)
      await gateway.connections.resume(author, connection.id)
      t.ok((await gateway.connections.check(author, connection.id)).ok)
      await until(
        () => taken(salon).length,
        (count) => count === before + 1,
      )
      t.match(await ask('book_appointment', args), { success: true, code: 'BOOKED' }, 'and then it is kept')
    }
    t.equal((await appointments(salon)).length, 3)
  },
)
