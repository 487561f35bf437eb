import type { AppConfig, AppFlag } from './config.ts'
import { type Asked, type Intent, type Refused, refuse } from './intent.ts'

type ConfigAct = (asked: Omit<Asked, 'user'>) => Intent | Refused

/** What this product can do with all of itself. */
export const configActs: Record<string, ConfigAct> = {
  'set-flag': ({ store: { config }, fields, by, nowMs }) => {
    const flag = config.flags.find(({ name }) => name === fields.flag)
    if (!flag) return refuse(422, `There is no flag “${fields.flag}”.`, 'flag')
    const wanted = wantedState(fields)
    if (!wanted) return refuse(422, `A flag cannot be “${fields.state}”.`, 'state')
    const [now, after] = [stateText(flag), stateText(wanted)]
    if (now === after) return refuse(409, `${flag.label} is ${now} already.`, 'state')
    return {
      would: 'It holds for whoever opens a page from now on.',
      done: `${flag.label} is ${after} now.`,
      changes: [{ label: flag.label, now, after }],
      undo: { action: 'set-flag', fields: { flag: flag.name, ...fieldsOf(flag) } },
      apply: () => {
        const { name, label, description } = flag
        const set = { name, label, description, ...wanted, changed: { atMs: nowMs, by } }
        config.flags = config.flags.map((one) => (one.name === name ? set : one))
        return undefined
      },
    }
  },

  'maintenance-on': ({ store: { config }, fields, by, nowMs }) => {
    if (config.maintenance.on) return refuse(409, 'Maintenance mode is on already.')
    const message = String(fields.message ?? 'We are back soon.')
    return {
      would: 'Everybody is shut out, and builds that wait go on waiting.',
      done: 'Maintenance mode is on: nobody gets in.',
      changes: [
        { label: 'Maintenance mode', now: 'off', after: 'on' },
        { label: 'Message', now: null, after: message },
      ],
      undo: { action: 'maintenance-off', fields: {} },
      apply: () => maintain(config, { on: true, message, changed: { atMs: nowMs, by } }),
    }
  },

  'maintenance-off': ({ store: { config }, by, nowMs }) => {
    if (!config.maintenance.on) return refuse(409, 'Maintenance mode is off already.')
    return {
      would: 'Everybody gets in again.',
      done: 'Maintenance mode is off: everybody gets in again.',
      changes: [{ label: 'Maintenance mode', now: 'on', after: 'off' }],
      apply: () => maintain(config, { on: false, message: '', changed: { atMs: nowMs, by } }),
    }
  },

  'set-rate-limit': ({ store: { config }, fields, by, nowMs }) => {
    const { plan, limit: name } = fields
    const found = config.rateLimits.find((one) => one.plan === plan && one.name === name)
    if (!found) return refuse(422, `The plan “${plan}” has no limit “${name}”.`, 'limit')
    const value = Number(fields.value)
    if (found.limit === value) return refuse(409, 'That is the limit already.', 'value')
    return {
      would: 'Who is beyond it now is refused at once.',
      done: `${found.label} of ${plan}: ${value} in ${found.perSeconds} s.`,
      changes: [{ label: `${found.label}, ${plan}`, now: found.limit, after: value }],
      undo: { action: 'set-rate-limit', fields: { plan: found.plan, limit: found.name, value: found.limit } },
      apply: () => {
        const set = { ...found, limit: value, changed: { atMs: nowMs, by } }
        config.rateLimits = config.rateLimits.map((one) => (one === found ? set : one))
        return undefined
      },
    }
  },
}

type State = Pick<AppFlag, 'state' | 'percentage' | 'tenants'>

function wantedState({ state, percentage, tenants }: Asked['fields']): State | undefined {
  if (state === 'on' || state === 'off') return { state }
  if (state === 'percentage') return { state, percentage: Number(percentage) }
  return state === 'tenants' ? { state, tenants: String(tenants).split(', ') } : undefined
}

function stateText({ state, percentage, tenants = [] }: State): string {
  if (state === 'percentage') return `on for ${percentage}%`
  return state === 'tenants' ? `on for ${tenants.join(', ')}` : state
}

const fieldsOf = ({ state, percentage, tenants }: State): Asked['fields'] => ({
  state,
  ...(percentage !== undefined && { percentage }),
  ...(tenants && { tenants: tenants.join(', ') }),
})

function maintain(config: AppConfig, maintenance: AppConfig['maintenance']): undefined {
  config.maintenance = maintenance
}
