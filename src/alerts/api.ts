import type { Context, Hono } from 'hono'
import { readJson } from '../api/body.ts'
import { json } from '../api/json.ts'
import { serve } from '../api/operation.ts'
import { spanOf } from '../api/params.ts'
import { smallBody } from '../auth/forms.ts'
import { requireScope, whoOf } from '../auth/guards.ts'
import { scopeOf } from '../auth/scope.ts'
import type { Deps } from '../context.ts'
import type { Env, Who } from '../env.ts'
import { type Cell, csvResponse } from '../exports/csv.ts'
import { NotFound, Problem } from '../lib/errors.ts'
import { addDays, startOfDay } from '../lib/time.ts'
import { acknowledge, resolve, silence, unsilence } from './acts.ts'
import { type Alert, cursorOf, findAlert, firedAlerts, type HistoryQuery, openAlerts, openCursorOf } from './list.ts'
import {
  acknowledgeAlert,
  alertsFile,
  listAlerts,
  resolveAlert,
  silenceAlert,
  silenceBody,
  unsilenceAlert,
} from './operations.ts'

/** Alerts for programs. */
export function mountAlertsApi(app: Hono<Env>, deps: Deps): void {
  const reads = requireScope('read')
  const writes = [requireScope('act'), smallBody]
  const idOf = (c: Context<Env>) => c.req.param('id') ?? ''

  serve(app, listAlerts, reads, async (c, { state, before, limit, ...asked }) => {
    if (state === 'open') {
      const scope = scopeIn(whoOf(c), asked.tenant)
      const open = await openAlerts(deps, { who: whoOf(c), scope, before, limit: limit + 1 })
      return json(c, paged(open, limit, openCursorOf))
    }
    const span = spanOf(c, deps, asked)
    const found = await firedAlerts(deps, {
      ...instants(deps, span),
      who: whoOf(c),
      scope: span.scope,
      before,
      limit: limit + 1,
    })
    return json(c, paged(found, limit, cursorOf))
  })

  const answer = async (c: Context<Env>) => {
    const alert = await findAlert(deps, { who: whoOf(c), scope: '*' }, idOf(c))
    if (!alert) throw new NotFound('There is no alert of this id.')
    return c.json(told(alert))
  }
  serve(app, acknowledgeAlert, writes, async (c) => {
    await acknowledge(deps, whoOf(c), idOf(c))
    return answer(c)
  })
  serve(app, silenceAlert, writes, async (c) => {
    const { minutes } = await readJson(c, silenceBody)
    await silence(deps, whoOf(c), idOf(c), new Date(deps.now().getTime() + minutes * 60_000))
    return answer(c)
  })
  serve(app, unsilenceAlert, writes, async (c) => {
    await unsilence(deps, whoOf(c), idOf(c))
    return answer(c)
  })
  serve(app, resolveAlert, writes, async (c) => {
    await resolve(deps, whoOf(c), idOf(c))
    return answer(c)
  })

  serve(app, alertsFile, reads, (c, asked) => {
    const span = spanOf(c, deps, asked)
    const query = { ...instants(deps, span), who: whoOf(c), scope: span.scope, limit: FILE_PAGE }
    const name = ['alerts', span.scope === '*' ? undefined : span.scope, span.from, span.to].filter(Boolean).join('-')
    return csvResponse(c, name, Object.keys(COLUMNS), cellsOf(deps, query))
  })
}

const FILE_PAGE = 500

const instants = ({ config }: Deps, { from, to }: { from: string; to: string }) => ({
  from: startOfDay(from, config.timeZone),
  until: startOfDay(addDays(to, 1), config.timeZone),
})

/** Who is bound to several tenants sees the alerts of all of theirs. */
function scopeIn(who: Who, tenant: string | undefined): string {
  if (tenant === undefined && who.tenants !== null) return '*'
  if (tenant === '*' && who.tenants !== null)
    throw new Problem(403, 'Not allowed', 'All tenants together are not yours.')
  return scopeOf(who, tenant)
}

function paged(found: readonly Alert[], limit: number, cursor: (last: Alert) => string) {
  const alerts = found.slice(0, limit)
  const last = alerts.at(-1)
  return { alerts: alerts.map(told), next: found.length > limit && last ? cursor(last) : null }
}

const COLUMNS: Record<string, (alert: Alert) => Cell> = {
  id: ({ id }) => id,
  rule: ({ ruleSlug }) => ruleSlug,
  name: ({ ruleName }) => ruleName,
  metric: ({ metric }) => metric,
  subject: ({ subject }) => subject,
  tenant: ({ scope }) => (scope === '*' ? '' : scope),
  severity: ({ severity }) => severity,
  title: ({ title }) => title,
  drivers: ({ text }) => text,
  state: ({ state }) => state,
  fired_at: ({ firedAt }) => firedAt,
  ended_at: ({ endedAt }) => endedAt,
  ended_why: ({ endedWhy }) => endedWhy,
  value: ({ value }) => value,
  worst: ({ peak }) => peak,
  acknowledged_at: ({ ackedAt }) => ackedAt,
  acknowledged_by: ({ ackedBy }) => ackedBy,
}

async function* cellsOf(deps: Deps, query: HistoryQuery): AsyncGenerator<Cell[][]> {
  for (let before: string | undefined; ; ) {
    const alerts = await firedAlerts(deps, { ...query, ...(before !== undefined && { before }) })
    if (alerts.length > 0) yield alerts.map((alert) => Object.values(COLUMNS).map((cell) => cell(alert)))
    const last = alerts.at(-1)
    if (alerts.length < query.limit || !last) return
    before = cursorOf(last)
  }
}

const iso = (at: Date | null): string | null => at?.toISOString() ?? null

function told(alert: Alert) {
  return {
    id: alert.id,
    rule: alert.ruleSlug,
    name: alert.ruleName,
    metric: alert.metric,
    subject: alert.subject,
    tenant: alert.scope === '*' ? null : alert.scope,
    state: alert.state,
    severity: alert.severity,
    title: alert.title,
    drivers: alert.text,
    value: alert.value,
    worst: alert.peak,
    pending_since: alert.pendingSince.toISOString(),
    fired_at: iso(alert.firedAt),
    ended_at: iso(alert.endedAt),
    ended_why: alert.endedWhy,
    no_data_since: iso(alert.unknownSince),
    acknowledged_at: iso(alert.ackedAt),
    acknowledged_by: alert.ackedBy,
    silenced_until: iso(alert.silencedUntil),
    told_nobody: alert.toldNobody,
  }
}
