import type { Expr, Fragment, SqlContext } from '../../metrics/metric.ts'
import { parameterParts } from '../../rollups/call-facets.ts'
import { nameOf } from '../../rollups/known-names.ts'
import { ownRows } from '../own-rows.ts'
import { cost, date, dayAt, number, type RowColumn, type RowSource, text, time } from '../source.ts'
import { aiCalls, calls, callsThat } from './calls.ts'

/** Calls that have a value of a facet, with the value that they were counted by. */
const callsWith = (value: (q: SqlContext) => Fragment, where: Expr, column: Record<string, RowColumn>): RowSource => ({
  ...calls,
  facts: (q, span) => q.sql`
    select c.*, ${value(q)} as value from (${calls.facts(q, span)}) c where ${where(q)}`,
  columns: { ...calls.columns, ...column },
})

export const endpoints = callsWith(
  (q) => nameOf(q.sql, 'endpoint', q.sql`c.endpoint`),
  ({ sql }) => sql`c.endpoint <> ''`,
  { counted_as: text('Counted as', { from: 'value' }) },
)
export const callCountries = callsWith(
  ({ sql }) => sql`c.country`,
  ({ sql }) => sql`c.country <> ''`,
  { country: text('Country', { from: 'value', personal: true }) },
)

const CONTENT: Record<string, RowColumn> = { type: text('Type', { from: 'content_type' }), task: text('Task') }

export const content: RowSource = { ...aiCalls, columns: { ...CONTENT, ...aiCalls.columns } }

/** For what is counted of models that have a price: the roll-up's row is judged as a whole. */
export const contentOfModels: RowSource = {
  ...callsThat(
    ({ sql }) => sql`ai`,
    (q, { scope }) => q.sql`(select case when sum(g.cost_unknown) < sum(g.calls) then 0 else 1 end
      from content_days g where g.scope = ${scope} and g.day = ${dayAt(q, 'f.ts')} and g.content_type = f.content_type
        and g.task = f.feature and g.provider = f.provider and g.model = f.model)`,
  ),
  columns: content.columns,
}

/** Each parameter that a call says it was made with. */
export const parameters: RowSource = {
  noun: 'parameter of a call',
  partitioned: 'api_calls',
  facts: (q, span) => q.sql`
    select c.scope, c.at, c.id || ' ' || p.name as id, c.day, c.user_id, c.tenant_id, c.provider, c.model, c.task, p.name,
      p.step, p.value as total, 1 as n
    from (${aiCalls.facts(q, span)}) c cross join ${parameterParts(q.sql)} where p.value is not null`,
  columns: {
    time: time('Time', { from: 'at' }),
    name: text('Parameter'),
    value: number('Value', { from: 'total' }),
    user_id: text('User'),
    tenant_id: text('Tenant'),
    task: text('Task'),
    provider: text('Provider'),
    model: text('Model'),
  },
}

const byPolicy: Expr = ({ sql }) => sql`concat_ws(' ', r.content_type, r.task, r.provider, r.model)`

export const policy: RowSource = {
  noun: 'task and model on a day',
  facts: ownRows('policy', byPolicy),
  columns: {
    day: date('Day'),
    task: text('Task'),
    provider: text('Provider'),
    model: text('Model'),
    wanted: text('Policy'),
    calls: number('Calls'),
    off_policy: number('Against it'),
    lost: cost('Lost'),
  },
}

export const aiCosts: RowSource = {
  noun: 'model or machine on a day',
  facts: ownRows('aiCosts', ({ sql }) => sql`r.item || ' ' || r.what`),
  columns: { day: date('Day'), item: text('Item'), what: text('Model or machine'), cost: cost('Cost') },
}

export const gpu: RowSource = {
  noun: 'hour of machines',
  facts: ownRows('gpu', ({ sql }) => sql`r.instance || ' ' || r.hour::text`),
  columns: {
    hour: time('Hour'),
    instance: text('Machine'),
    hours: number('Hours'),
    per_hour: cost('Price an hour'),
    cost: cost('Cost'),
  },
}
