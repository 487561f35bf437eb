import type { Context, Hono } from 'hono'
import { json } from '../api/json.ts'
import { serve } from '../api/operation.ts'
import { smallBody } from '../auth/forms.ts'
import { requireScope, whoOf } from '../auth/guards.ts'
import type { Deps } from '../context.ts'
import { freshCatalogue } from '../custom-metrics/catalogue.ts'
import type { Env } from '../env.ts'
import { Problem } from '../lib/errors.ts'
import { backtest } from './backtest.ts'
import { findRule, listRules, maySee } from './find.ts'
import {
  backtestOperation,
  dropRuleOperation,
  listRulesOperation,
  makeRuleOperation,
  putRuleOperation,
  readRuleOperation,
  rulesFile,
} from './operations.ts'
import { problemsOf, type Rule, ruleSchema, type StoredRule } from './rule.ts'
import { changeRule, createRule, deleteRule } from './store.ts'
import { ruleWords } from './words.ts'
import { readYaml, rulesToYaml, ruleToYaml } from './yaml.ts'

const YAML = 'application/yaml'
const FILE = /\.ya?ml$/

/** Alert rules for programs and for review: what is exported can be put back. */
export function mountRulesApi(app: Hono<Env>, deps: Deps): void {
  const reads = requireScope('read')
  const writes = [requireScope('act'), smallBody]
  const slugOf = (c: Context<Env>) => c.req.param('slug') ?? ''
  const told = ({ id, slug, rule, state, unreadSince, unreadWhy, preset, version, updatedAt }: StoredRule) => ({
    id,
    slug,
    sentence: ruleWords(deps, rule),
    state,
    unread_since: unreadSince?.toISOString() ?? null,
    unread_why: unreadWhy,
    preset,
    version,
    updated_at: updatedAt.toISOString(),
    ...rule,
  })

  serve(app, listRulesOperation, reads, async (c) => {
    await freshCatalogue(deps)
    return json(c, { rules: (await listRules(deps, whoOf(c))).map(told) })
  })
  serve(app, rulesFile, reads, async (c) => file(c, 'alert-rules', rulesToYaml(await listRules(deps, whoOf(c)))))
  serve(app, makeRuleOperation, writes, async (c) =>
    c.json(told(await createRule(deps, whoOf(c), await ruleOf(c))), 201),
  )
  serve(app, backtestOperation, writes, async (c) => c.json(await tried(deps, c, await ruleOf(c))))
  serve(app, readRuleOperation, reads, async (c) => {
    await freshCatalogue(deps)
    const rule = await findRule(deps, whoOf(c), slugOf(c).replace(FILE, ''))
    if (!FILE.test(slugOf(c)) && !c.req.header('accept')?.includes(YAML)) return json(c, told(rule))
    return file(c, `alert-rule-${rule.slug}`, ruleToYaml(rule.rule))
  })
  serve(app, putRuleOperation, writes, async (c) =>
    c.json(told(await changeRule(deps, whoOf(c), slugOf(c), await ruleOf(c)))),
  )
  serve(app, dropRuleOperation, writes, async (c) => {
    const { slug } = await deleteRule(deps, whoOf(c), slugOf(c))
    return c.json({ slug, deleted: true })
  })
}

function file(c: Context<Env>, name: string, text: string): Response {
  c.header('Cache-Control', 'private, no-cache')
  c.header('Content-Disposition', `attachment; filename="${name}.yaml"`)
  return c.body(text, 200, { 'Content-Type': `${YAML}; charset=utf-8` })
}

/** @throws Problem 422 which names each place */
async function ruleOf(c: Context<Env>): Promise<Rule> {
  const text = await c.req.text()
  const plain = c.req.header('content-type')?.includes('yaml') ? readYaml(text) : readJsonText(text)
  if (!plain.ok) throw new Problem(422, 'The rule is not valid', plain.message)
  const read = ruleSchema.safeParse(plain.value)
  if (read.success) return read.data
  const detail = read.error.issues.map(({ path, message }) => `${path.join('.') || 'rule'}: ${message}`).join('; ')
  throw new Problem(422, 'The rule is not valid', detail)
}

function readJsonText(text: string): ReturnType<typeof readYaml> {
  try {
    return { ok: true, value: JSON.parse(text) }
  } catch {
    return { ok: false, message: 'The body is not JSON.' }
  }
}

async function tried(deps: Deps, c: Context<Env>, rule: Rule) {
  const [problem] = problemsOf(await freshCatalogue(deps), rule)
  if (problem) throw new Problem(422, 'The rule is not valid', `${problem.field}: ${problem.message}`)
  if (!maySee(whoOf(c), rule.scope)) throw new Problem(403, 'Not allowed', 'This tenant is not yours to see.')
  const past = await backtest(deps, rule, deps.now())
  if (!past) throw new Problem(422, 'Nothing to try it on', 'A source that is away has no past readings.')
  return {
    from: past.from.toISOString(),
    to: past.to.toISOString(),
    readings: past.readings,
    unknown: past.unknown,
    fired: past.firings.length,
    pending_only: past.passed,
    total_ms: past.totalMs,
    notices: past.notices,
    note: past.note,
    firings: past.firings.slice(0, MOST_FIRINGS).map(({ subject, firedAt, endedAt, peak }) => ({
      subject,
      fired_at: firedAt.toISOString(),
      ended_at: endedAt?.toISOString() ?? null,
      worst: peak,
    })),
    others: past.others.map(({ limit, fired }) => ({ limit, fired })),
  }
}

const MOST_FIRINGS = 500
