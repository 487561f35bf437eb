import type { Context, Hono } from 'hono'
import { fieldsOf, smallBody } from '../auth/forms.ts'
import { adminOf, requireRole } from '../auth/guards.ts'
import { safeNext } from '../auth/next.ts'
import type { Deps } from '../context.ts'
import { freshCatalogue } from '../custom-metrics/catalogue.ts'
import type { Env } from '../env.ts'
import { NotFound } from '../lib/errors.ts'
import { BadSetting, changeSettings } from './change.ts'
import { SETTINGS_PATH, thresholdsPath } from './paths.ts'
import { isSettingName, registry, settingNames } from './registry.ts'
import { readTyped } from './threshold-view.ts'

/** What the forms of the settings page and of a metric's thresholds send. */
export function mountSettings(app: Hono<Env>, deps: Deps): void {
  const configures = requireRole('owner')

  app.post(`${SETTINGS_PATH}/general`, configures, smallBody, async (c) => {
    const fields = await fieldsOf(c)
    // One is reset by its own button; what was typed beside it is not saved by that.
    const reset = fields.reset
    if (reset !== undefined && isSettingName(reset)) {
      await changeSettings(deps, adminOf(c), { settings: { [reset]: null } })
      return back(c, SETTINGS_PATH, { saved: registry[reset].group })
    }
    const given = settingNames.filter((name) => fields[name] !== undefined)
    try {
      const settings = Object.fromEntries(given.map((name) => [name, fields[name]?.trim() || null]))
      await changeSettings(deps, adminOf(c), { settings })
    } catch (error) {
      if (!(error instanceof BadSetting)) throw error
      const typed = Object.fromEntries(given.map((name) => [name, fields[name] ?? '']))
      const name = error.field.replace('settings.', '')
      return back(c, SETTINGS_PATH, { ...typed, bad: isSettingName(name) ? name : '', why: error.reason })
    }
    return back(c, SETTINGS_PATH, { saved: given[0] ? registry[given[0]].group : 'general' })
  })

  app.post('/dashboard/metrics/:key/thresholds', configures, smallBody, async (c) => {
    const key = c.req.param('key') ?? ''
    const catalogue = await freshCatalogue(deps)
    if (!catalogue.has(key)) throw new NotFound(`There is no metric “${key.slice(0, 80)}”.`)
    const { warn = '', crit = '', back: from = thresholdsPath(key), reset } = await fieldsOf(c)
    const to = safeNext(from)
    const typed = readTyped(deps, catalogue.of(key), { warn, crit })
    if (reset === undefined && !typed.ok) return back(c, to, { bad: key, warn, crit })
    const limits = reset === undefined && typed.ok ? typed.limits : null
    await changeSettings(deps, adminOf(c), { thresholds: { [key]: limits } })
    return back(c, to, { saved: key })
  })
}

/** Leads back with what was typed or done; what an earlier answer added is taken away. */
function back(c: Context<Env>, to: string, query: Record<string, string>): Response {
  const url = new URL(to, 'http://localhost')
  for (const name of [...settingNames, 'bad', 'why', 'warn', 'crit', 'saved']) url.searchParams.delete(name)
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value.slice(0, 1_000))
  return c.redirect(url.pathname + url.search, 303)
}
