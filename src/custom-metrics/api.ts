import type { Hono } from 'hono'
import { readJson } from '../api/body.ts'
import { json } from '../api/json.ts'
import { serve } from '../api/operation.ts'
import { BadParameter } from '../api/query.ts'
import { smallBody } from '../auth/forms.ts'
import { requireScope, whoOf } from '../auth/guards.ts'
import type { Deps } from '../context.ts'
import type { Env } from '../env.ts'
import { NotFound } from '../lib/errors.ts'
import { type CustomKey, isCustomKey } from '../metrics/catalogue.ts'
import { type CustomEntry, freshCatalogue } from './catalogue.ts'
import { compileFormula } from './compile.ts'
import { customFields, customInput, fieldsOfInput } from './input.ts'
import {
  addCustomMetric,
  archiveMetric,
  checkFormula,
  customMetricsFile,
  importCustomMetrics,
  listCustomMetrics,
  putCustomMetric,
  restoreMetric,
} from './operations.ts'
import type { FormulaProblem } from './problem.ts'
import { archiveCustomMetric, restoreCustomMetric, saveCustomMetrics } from './store.ts'
import { likelyUnit } from './units.ts'
import { customMetricsFromYaml, customMetricsToYaml } from './yaml.ts'

/** Custom metrics for programs: read by all, changed by keys that act and by operators, of all tenants only. */
export function mountCustomMetricsApi(app: Hono<Env>, deps: Deps): void {
  const reads = requireScope('read')
  const acts = [requireScope('act'), smallBody]

  const shownOf = async (key: CustomKey) => {
    const entry = (await freshCatalogue(deps)).custom.get(key)
    if (!entry) throw new NotFound(`There is no custom metric ${key}.`)
    return shown(entry)
  }

  serve(app, listCustomMetrics, reads, async (c) => {
    const { custom } = await freshCatalogue(deps)
    return json(c, { custom_metrics: [...custom.values()].map(shown) })
  })

  serve(app, customMetricsFile, reads, async (c) => {
    const { custom } = await freshCatalogue(deps)
    c.header('Content-Disposition', 'attachment; filename="custom-metrics.yaml"')
    c.header('Cache-Control', 'private, no-cache')
    return c.body(customMetricsToYaml([...custom.values()]), 200, { 'Content-Type': 'text/plain; charset=utf-8' })
  })

  serve(app, checkFormula, reads, async (c, { formula }) => json(c, checked(formula, await freshCatalogue(deps))))

  serve(app, addCustomMetric, acts, async (c) => {
    const { key, ...fields } = await readJson(c, customInput)
    await saveCustomMetrics(deps, whoOf(c), [{ key, fields: fieldsOfInput(fields) }], { mode: 'create' })
    return c.json(await shownOf(key), 201)
  })

  serve(app, importCustomMetrics, acts, async (c, { dry_run }) => {
    const wanted = customMetricsFromYaml(await c.req.text())
    const dry = dry_run === 'true'
    return c.json({ dry_run: dry, changes: await saveCustomMetrics(deps, whoOf(c), wanted, { dry }) })
  })

  serve(app, putCustomMetric, acts, async (c) => {
    const key = keyOf(c.req.param('key'))
    const fields = fieldsOfInput(await readJson(c, customFields))
    const [change] = await saveCustomMetrics(deps, whoOf(c), [{ key, fields }])
    return c.json(await shownOf(key), change?.state === 'created' ? 201 : 200)
  })

  serve(app, archiveMetric, acts, async (c) => {
    const key = keyOf(c.req.param('key'))
    await archiveCustomMetric(deps, whoOf(c), key)
    return c.json(await shownOf(key))
  })

  serve(app, restoreMetric, acts, async (c) => {
    const key = keyOf(c.req.param('key'))
    await restoreCustomMetric(deps, whoOf(c), key)
    return c.json(await shownOf(key))
  })
}

function keyOf(text = ''): CustomKey {
  if (isCustomKey(text)) return text
  throw new BadParameter('key', 'It is custom. and a name of small letters, digits and _.')
}

function checked(formula: string, { book }: Awaited<ReturnType<typeof freshCatalogue>>) {
  const found = compileFormula(formula, book)
  if (!found.ok) return { valid: false, problems: found.problems.map(told), warnings: [] }
  const { sentence, unit, uses, warnings } = found.formula
  return { valid: true, sentence, unit: likelyUnit(unit), uses, problems: [], warnings: warnings.map(told) }
}

const told = ({ message, at, end }: FormulaProblem) => ({ message, at, end })

function shown(entry: CustomEntry) {
  const { key, label, formula, unit, good, definition, action, warn, crit, broken, archivedAt } = entry
  return {
    key,
    label,
    formula,
    unit,
    good,
    definition,
    action,
    warn,
    crit,
    archived: archivedAt !== null,
    broken: archivedAt === null ? (broken ?? null) : null,
    created_by: entry.createdBy,
    created_at: entry.createdAt.toISOString(),
    updated_by: entry.updatedBy,
    updated_at: entry.updatedAt.toISOString(),
  }
}
