import type { Device } from '../connectors/devices.ts'
import { readPresence } from '../connectors/presence.ts'
import { live, metrics } from './define.ts'
import type { About } from './metric.ts'
import { sampled } from './sampled.ts'

/** Who is there now, and with what. */
export default metrics({
  'users.online': live({
    label: 'Users online',
    unit: 'users',
    good: 'up',
    definition:
      'Distinct users with an open WebSocket session (where REDIS_URL is set) or with an event or an API call in the last 2 minutes; each is counted once.',
    action: 'Zero by day? Look at uptime, and at whether events still arrive.',
    read: ({ sql, now }, scope) => {
      const recent = sql`ts > ${now} - interval '2 minutes' and ts <= ${now} and user_id <> ''
        and ${scope === '*' ? sql`true` : sql`tenant_id = ${scope}`}`
      return sql`select count(*) from (
        select user_id from events where ${recent} union select user_id from api_calls where ${recent}) u`
    },
    ask: async (deps, scope) => (await readPresence(deps, scope)).users,
    history: sampled('users.online', 'users'),
  }),
  'users.active_24h': live({
    label: 'Active in 24 hours',
    unit: 'users',
    good: 'up',
    definition:
      'Distinct users who were active within the last 24 hours up to now; what makes a user active is as for active users.',
    action: 'Lower than at the same hour yesterday? Look at errors, and at whether events still arrive.',
    read: ({ sql, now, zone }, scope) => sql`select count(distinct user_id) from user_days
      where scope = ${scope} and active and user_id <> '' and last_active_at > ${now}::timestamptz - interval '24 hours'
        and last_active_at <= ${now} and day >= ((${now}::timestamptz - interval '24 hours') at time zone ${zone})::date`,
    history: sampled('users.active_24h', 'users'),
  }),
  'devices.online': live({
    label: 'Devices online',
    unit: 'devices',
    good: 'neutral',
    definition:
      'Devices of the users online, of all types together; several sessions of a user on one type count once.',
    action: 'Rising faster than the users? They work on several devices: see that all of them stay in step.',
    ask: async (deps, scope) => {
      const { devices } = await readPresence(deps, scope)
      return Object.values(devices).reduce((sum, n) => sum + n, 0)
    },
    history: sampled('devices.online', 'devices'),
  }),
  'devices.desktop': devices('desktop', {
    label: 'Desktops online',
    definition: 'Desktop and laptop computers of the users online; several sessions of a user on one type count once.',
    action: 'Falls alone, without phones? Look at the last release of the web client.',
  }),
  'devices.ipad': devices('ipad', {
    label: 'iPads online',
    definition:
      'iPads and other tablets of the users online. An iPad that asks for desktop sites looks like a desktop.',
    action: 'Rising? See that the pages most used work on a tablet.',
  }),
  'devices.phone': devices('phone', {
    label: 'Phones online',
    definition: 'Phones of the users online; several sessions of a user on phones count once.',
    action: 'Rising? See that the pages most used work on a phone.',
  }),
  'devices.unknown': devices('unknown', {
    label: 'Unknown devices online',
    definition: 'Devices of the users online that neither name themselves nor send a user agent, such as servers.',
    action: 'Many? Send the user agent, or a device, with events and sessions.',
  }),
})

function devices(device: Device, about: Pick<About, 'label' | 'definition' | 'action'>) {
  return live({
    ...about,
    unit: 'devices',
    good: 'neutral',
    ask: async (deps, scope) => (await readPresence(deps, scope)).devices[device],
    history: sampled(`devices.online:${device}`, 'devices'),
  })
}
