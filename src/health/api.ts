import type { Context, Hono } from 'hono'
import { json } from '../api/json.ts'
import { serve } from '../api/operation.ts'
import { peopleOf } from '../api/params.ts'
import { BadParameter } from '../api/query.ts'
import { smallBody } from '../auth/forms.ts'
import { allow, requireScope, whoOf } from '../auth/guards.ts'
import { mayTenant, scopeOf } from '../auth/scope.ts'
import type { Deps } from '../context.ts'
import type { Env } from '../env.ts'
import { NotFound, Problem } from '../lib/errors.ts'
import { type Backtest, readBacktests } from './backtest.ts'
import { BANDS, COMPONENT_NAMES, type Weights } from './components.ts'
import { listHealthUsers, readHealth, readHealthUser, recalculateHealth } from './operations.ts'
import { readBands, readByScore, readState, type ScorePlace } from './read.ts'
import { freshHealthRules, type HealthRules } from './rules.ts'
import { startRecalculation } from './start.ts'
import type { HealthRow } from './types.ts'
import { loadUserHealth } from './user.ts'
import { actionFor, changeOf, changeText, partsOf, reasonsOf } from './words.ts'

interface AskedWhose {
  tenant?: string
  plan?: string
  segment?: string
}

/** Health scores for programs. */
export function mountHealthApi(app: Hono<Env>, deps: Deps): void {
  const reads = allow({ role: 'viewer', scope: 'read' })

  serve(app, readHealth, reads, async (c, asked) => {
    const whose = await whoseOf(c, deps, asked)
    const [state, bands, outcomes] = await Promise.all([
      readState(deps),
      readBands(deps, whose),
      readBacktests(deps, whose.scope),
    ])
    return json(c, {
      tenant: whose.scope === '*' ? null : whose.scope,
      ...(whose.plan !== undefined && { plan: whose.plan }),
      ...(whose.segment !== undefined && { segment: whose.segment }),
      day: state?.day ?? null,
      compared_with: state?.then_day ?? null,
      computed_at: state?.computed_at.toISOString() ?? null,
      weights: state?.weights ?? null,
      users: bands.users,
      mean: rounded(bands.mean),
      mean_before: rounded(bands.meanThen),
      bands: BANDS.map((band) => ({
        band,
        users: bands.counts[band].now,
        users_before: state?.then_day ? bands.counts[band].before : null,
      })),
      histogram: bands.histogram.map((users, bin) => ({ from: 5 * bin, users })),
      outcomes: { churned: outcomeOf(outcomes.churned), lapsed: outcomeOf(outcomes.lapsed) },
    })
  })

  serve(app, listHealthUsers, reads, async (c, { band, after, limit, ...asked }) => {
    const whose = await whoseOf(c, deps, asked)
    const [state, rules] = await Promise.all([readState(deps), freshHealthRules(deps)])
    const place = after === undefined ? undefined : placeOf(after)
    const found = await readByScore(deps, whose, { band, after: place, limit: limit + 1 })
    const rows = found.slice(0, limit)
    const last = rows.at(-1)
    return json(c, {
      users: state ? rows.map((row) => shown(row, state.weights, rules)) : [],
      next: found.length > limit && last ? cursorOf(last) : null,
    })
  })

  serve(app, readHealthUser, reads, async (c) => {
    const id = c.req.param('id') ?? ''
    const [health, state, rules] = await Promise.all([
      loadUserHealth(deps, id),
      readState(deps),
      freshHealthRules(deps),
    ])
    if (!health || !state || !mayTenant(whoOf(c), health.row.tenant_id))
      throw new NotFound('There is no user of this id, or none that was scored yet.')
    return json(c, { ...shown(health.row, state.weights, rules), history: health.history })
  })

  serve(app, recalculateHealth, [requireScope('act'), smallBody], async (c) => {
    const started = await startRecalculation(deps, whoOf(c))
    if (started.state !== 'started' || started.id === undefined) {
      const which = started.id === undefined ? '' : ` It is run ${started.id}.`
      throw new Problem(409, 'Already running', `A recalculation is under way.${which}`, 5)
    }
    c.header('Location', `/api/jobs/runs/${started.id}`)
    return c.json({ id: started.id, job: 'health-scores', state: 'running' }, 202)
  })
}

async function whoseOf(c: Context<Env>, deps: Deps, { tenant, plan, segment }: AskedWhose) {
  return { scope: scopeOf(whoOf(c), tenant), ...(await peopleOf(c, deps, { plan, segment })) }
}

const rounded = (value: number | null): number | null => (value === null ? null : Math.round(value * 100) / 100)

function outcomeOf(test: Backtest | undefined) {
  if (!test) return null
  const { days, n, bad, rate, auc, bands } = test
  return {
    days,
    users: n,
    left: bad,
    rate,
    auc,
    bands: bands.map((one) => ({ band: one.band, users: one.n, left: one.bad, rate: one.rate, lift: one.lift })),
  }
}

function shown(row: HealthRow, weights: Weights, rules: HealthRules) {
  const { user_id, tenant_id, plan, class: planClass, stage, score, band } = row
  const parts = partsOf(row, weights, rules)
  const part = (name: (typeof COMPONENT_NAMES)[number]) => {
    const found = parts.find(({ component }) => component === name)
    return {
      score: found?.score ?? null,
      weight: Math.round(1_000 * (found?.share ?? 0)) / 10,
      why: found?.words ?? '',
    }
  }
  return {
    user_id,
    tenant_id,
    plan,
    class: planClass,
    stage,
    score,
    band,
    change: changeOf(row),
    why: reasonsOf(row, weights, rules),
    change_reason: changeText(row, weights) ?? null,
    action: band === 'at-risk' || band === 'churning' ? actionFor(row, weights) : null,
    components: Object.fromEntries(COMPONENT_NAMES.map((name) => [name, part(name)])),
  }
}

const cursorOf = ({ score, user_id }: ScorePlace): string =>
  Buffer.from(JSON.stringify([score, user_id])).toString('base64url')

/** @throws BadParameter for what is not the end of a page */
function placeOf(cursor: string): ScorePlace {
  try {
    const [score, userId] = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')) as unknown[]
    if ((score === null || typeof score === 'number') && typeof userId === 'string' && !userId.includes('\0'))
      return { score, user_id: userId }
  } catch {
    // Told below.
  }
  throw new BadParameter('after', 'This is not the “next” of a page of these users.')
}
