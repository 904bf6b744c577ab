import { meOutput, scheduleOutput, type TwinAccount } from './accounts.ts'
import { notFound } from './errors.ts'
import type { Call, Route } from './route.ts'

const account = (call: Call) => call.account as TwinAccount

/** Who the key belongs to, and when that person can be booked. */
export const accountRoutes: Route[] = [
  {
    operation: 'getMe',
    method: 'GET',
    path: '/v2/me',
    auth: 'required',
    family: 'any',
    answer: (_world, call) => ({ data: meOutput(account(call)) }),
  },
  {
    operation: 'listSchedules',
    method: 'GET',
    path: '/v2/schedules',
    auth: 'required',
    family: 'schedules',
    answer: (_world, call) => ({ data: [scheduleOutput(account(call))] }),
  },
  {
    operation: 'getSchedule',
    method: 'GET',
    path: '/v2/schedules/:scheduleId',
    auth: 'required',
    family: 'schedules',
    answer: (_world, call) => {
      const { scheduleId } = call.params
      if (scheduleId === 'default' || Number(scheduleId) === account(call).schedule.id) {
        return { data: scheduleOutput(account(call)) }
      }
      throw notFound(`Schedule with ID=${scheduleId} does not exist.`)
    },
  },
]
