import type { Deps } from '../context.ts'
import type { Who } from '../env.ts'
import { momentText } from '../lib/dates.ts'
import { today } from '../lib/time.ts'
import { knownPlans } from '../segments/plans.ts'
import { FLAG_STATES, type FlagState, type Product } from './product/contract.ts'
import { readProduct } from './product/read.ts'
import { STATE_WORDS, windowText } from './product/words.ts'
import type { Action, ActionField, Subject } from './types.ts'

export interface Choice {
  value: string
  label: string
}

/** By field: what can be chosen. A field without any is a text. */
export type Choices = Readonly<Record<string, Choice[]>>

const MOST = 200

/** What the fields of an action can be, as far as it is known here: the main app has the last word. */
export async function choicesFor(deps: Deps, who: Who, { fields }: Action, subject: Subject): Promise<Choices> {
  const named = Object.entries(fields).flatMap(([name, { choices }]) => (choices ? [[name, choices] as const] : []))
  const found = await Promise.all(named.map(([, kind]) => LOAD[kind](deps, who, subject)))
  return Object.fromEntries(named.map(([name], i) => [name, found[i] ?? []]))
}

/** What the product says is set; where it does not, names are typed. */
async function toldBy(deps: Deps): Promise<Product> {
  const told = await readProduct(deps)
  return 'product' in told ? told.product : {}
}

const STATE_LABELS: Record<FlagState, string> = {
  on: 'Everybody',
  off: 'Nobody',
  percentage: 'A share of users',
  tenants: 'Some tenants',
}

type Load = (deps: Deps, who: Who, subject: Subject) => Promise<Choice[]>

const LOAD: Record<NonNullable<ActionField['choices']>, Load> = {
  plans: async (deps, who, { plan: now }) => {
    const { sql } = deps.db
    const told = await sql<Choice[]>`
      select plan_id as value, name as label from plans order by amount_minor nulls last, plan_id limit ${MOST}`
    const plans =
      told.length > 0 ? [...told] : (await knownPlans(deps, who)).map((plan) => ({ value: plan, label: plan }))
    return plans.map(({ value, label }) => ({ value, label: value === now ? `${label} (now)` : label }))
  },

  limits: async ({ db: { sql } }) => {
    const rows = await sql<{ name: string }[]>`
      select distinct l.name
      from plans p, jsonb_object_keys(case when jsonb_typeof(p.limits) = 'object' then p.limits else '{}' end) l (name)
      order by 1 limit ${MOST}`
    return rows.map(({ name }) => ({ value: name, label: name.replaceAll('_', ' ') }))
  },

  tenants: async ({ db: { sql } }, { tenants }) => {
    const bound = tenants ? sql`where tenant_id = any(${tenants})` : sql``
    return await sql<Choice[]>`
      select tenant_id as value, coalesce(nullif(name, ''), tenant_id) as label from tenants
      ${bound} order by 2 limit ${MOST}`
  },

  flags: async (deps) => {
    const { flags = [] } = await toldBy(deps)
    return flags.map((flag) => ({
      value: flag.name,
      label: `${flag.label ?? flag.name} (now ${STATE_WORDS[flag.state](flag)})`,
    }))
  },

  'flag-states': async () => FLAG_STATES.map((value) => ({ value, label: STATE_LABELS[value] })),

  'rated-plans': async (deps) => {
    const { rate_limits: limits = [] } = await toldBy(deps)
    return [...new Set(limits.map(({ plan }) => plan))].map((value) => ({ value, label: value }))
  },

  'rate-limits': async (deps) => {
    const { rate_limits: limits = [] } = await toldBy(deps)
    const byName = new Map(limits.map((limit) => [limit.name, limit]))
    return [...byName.values()].map(({ name, label, per_seconds }) => ({
      value: name,
      label: `${label ?? name.replaceAll('_', ' ')}, ${windowText(per_seconds)}`,
    }))
  },

  'failed-builds': async ({ db: { sql }, config, now }, _who, { id }) => {
    const rows = await sql<{ id: string; kind: string; at: Date; error: string | null }[]>`
      select job_id as id, kind, coalesce(finished_at, ts) as at, error from jobs
      where user_id = ${id} and status = 'failed' order by ts desc limit 20`
    const day = today(now(), config.timeZone)
    return rows.map(({ id: value, kind, at, error }) => {
      const why = config.privacy === 'strict' ? null : error
      return {
        value,
        label: [kind, momentText(at, day, config.timeZone), why?.slice(0, 60)].filter(Boolean).join(', '),
      }
    })
  },
}
