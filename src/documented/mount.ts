import type { Context, Hono, MiddlewareHandler } from 'hono'
import { answerChange, CONFIGURES } from '../api/metrics.ts'
import { type Operation, serve } from '../api/operation.ts'
import { smallBody } from '../auth/forms.ts'
import { allow } from '../auth/guards.ts'
import type { Deps } from '../context.ts'
import type { Env } from '../env.ts'
import { Forbidden } from '../lib/errors.ts'
import { at, pageOperation } from './all.ts'
import {
  type AskedPeriod,
  answerCohorts,
  answerConfig,
  answerFile,
  answerStats,
  answerSummary,
  answerTimeseries,
} from './answers.ts'
import { metricsAddresses, patchConfig, stats } from './operations.ts'
import { METRICS_PREFIXES, PAGE_PREFIXES, PAGES, RENAMED, STATS_PATHS } from './table.ts'

const ANSWERS = {
  summary: answerSummary,
  timeseries: answerTimeseries,
  cohorts: answerCohorts,
  file: answerFile,
  config: answerConfig,
} satisfies Record<keyof typeof metricsAddresses, unknown>

/** The documented addresses of the systems that Quarterdeck takes over from, all of them with and without a last slash. */
export function mountDocumented(app: Hono<Env>, deps: Deps): void {
  const reads = allow({ scope: 'read', role: 'viewer' })

  for (const { prefix, refusal } of METRICS_PREFIXES) {
    for (const name of Object.keys(ANSWERS) as (keyof typeof ANSWERS)[]) {
      const one = metricsAddresses[name] as Operation
      const guards = [...(name === 'file' ? [] : [leadTo('/dashboard')]), ...(refusal === 403 ? [known] : []), reads]
      serveBoth(app, at(one, prefix + one.path), guards, (c, asked) => ANSWERS[name](c, deps, asked as AskedPeriod))
    }
    const guards = [...(refusal === 403 ? [known] : []), ...CONFIGURES]
    serveBoth(app, at(patchConfig as Operation, prefix + patchConfig.path), guards, (c) => answerChange(c, deps))
  }

  for (const prefix of PAGE_PREFIXES) {
    for (const name of Object.keys(PAGES) as (keyof typeof PAGES)[]) {
      const { page, json } = PAGES[name]
      const guards = [leadTo(page), reads]
      serveBoth(app, pageOperation(prefix, name) as Operation, guards, (c, asked) =>
        passOn(app, c, withPeriod(json, asked as AskedPeriod)),
      )
    }
  }

  for (const path of STATS_PATHS)
    serveBoth(app, at(stats as Operation, path), [leadTo('/dashboard'), reads], (c, asked) =>
      answerStats(c, deps, asked as AskedPeriod),
    )

  for (const { method, path, to, ...rest } of RENAMED) {
    const guards = [...('rule' in rest ? [allow(rest.rule)] : []), smallBody]
    app.on(method.toUpperCase(), [path, `${path}/`], ...guards, (c) => passOn(app, c, withParams(to, c.req.param())))
  }
}

type Handle = (c: Context<Env>, asked: Record<string, unknown>) => Response | Promise<Response>

function serveBoth(app: Hono<Env>, one: Operation, guards: MiddlewareHandler<Env>[], handle: Handle): void {
  for (const path of [one.path, `${one.path}/`]) serve(app, { ...one, path }, guards, handle)
}

/** Leads a browser to the page, with the period and tenant of the address; programs go on. */
function leadTo(page: string): MiddlewareHandler<Env> {
  return async (c, next) => {
    const isBrowser = c.req.header('authorization') === undefined && c.req.header('accept')?.includes('text/html')
    if (!isBrowser) return next()
    const { start, end, tenant } = c.req.query()
    const query = new URLSearchParams({
      ...(start && { range: 'custom', from: start, ...(end && { to: end }) }),
      ...(tenant && { tenant }),
    })
    return c.redirect(query.size > 0 ? `${page}?${query}` : page, 303)
  }
}

/** Documented with 403, where others of ours say 401. */
const known: MiddlewareHandler<Env> = async (c, next) => {
  if (!c.get('who')) throw new Forbidden('A key is needed: Authorization: Bearer qd_…')
  await next()
}

/** Asks another address of ours, as the same asker; it guards itself. */
async function passOn(app: Hono<Env>, c: Context<Env>, path: string): Promise<Response> {
  const { method } = c.req
  const headers = new Headers(c.req.raw.headers)
  headers.set('x-request-id', c.get('requestId'))
  const body = method === 'GET' || method === 'HEAD' ? undefined : await c.req.arrayBuffer()
  return await app.fetch(new Request(new URL(path, c.req.url), { method, headers, body }), c.env)
}

const withParams = (path: string, params: Record<string, string>): string =>
  path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(params[name] ?? ''))

function withPeriod(path: string, { start, end, tenant }: AskedPeriod): string {
  const [address, search] = path.split('?', 2)
  const query = new URLSearchParams(search)
  for (const [name, value] of Object.entries({ from: start, to: end, tenant })) if (value) query.set(name, value)
  return query.size > 0 ? `${address}?${query}` : (address as string)
}
