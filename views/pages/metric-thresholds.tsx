import { cardState } from '../../src/card-state.ts'
import { catalogueOf, freshCatalogue } from '../../src/custom-metrics/catalogue.ts'
import { dayTitle } from '../../src/lib/dates.ts'
import { NotFound } from '../../src/lib/errors.ts'
import { type Card as Loaded, shownOf } from '../../src/lib/settle.ts'
import { addDays } from '../../src/lib/time.ts'
import type { AnyKey } from '../../src/metrics/catalogue.ts'
import { type Series, type State, series } from '../../src/metrics/query.ts'
import { card, definePage, metricHref, type PageContext } from '../../src/page.ts'
import { settingsVersion } from '../../src/settings/change.ts'
import { thresholdsPath } from '../../src/settings/paths.ts'
import {
  exampleText,
  fieldText,
  limitsText,
  PREVIEW_DAYS,
  previewOf,
  previewText,
  readTyped,
  standingLimits,
  type TypedLimits,
  unitText,
} from '../../src/settings/threshold-view.ts'
import { whyNotSettings } from '../../src/settings/who.ts'
import { Card, described, Field, Icon, Note } from '../parts/index.ts'

interface Data {
  key: AnyKey
  days: Loaded<Series>
}
interface Props {
  data: Data
  context: PageContext
}

/** A metric's thresholds: fields, what they would have done in the last 30 days, and the way back to the definition. */
export default definePage<Data>({
  path: '/dashboard/metrics/:key/thresholds',
  under: '/dashboard/metrics',
  title: 'Thresholds',
  group: 'Work',
  order: 43,
  role: 'viewer',
  personal: () => String(settingsVersion()),
  params: ['warn', 'crit', 'bad', 'saved'],
  filters: 'scope',
  load: loadThresholds,
  frame: ({ data: { key }, context: { deps, filters } }) => ({
    title: 'Thresholds',
    crumbs: [{ label: catalogueOf(deps).of(key).label, href: metricHref(filters, key) }],
    actions: (
      <a class="q-btn" href="/dashboard/docs/thresholds">
        <Icon name="bulb" />
        Help
      </a>
    ),
  }),
  Live: (props) => (
    <div class="q-flow">
      {props.context.query.saved && <Note tone="info">The thresholds are saved.</Note>}
      <FormCard {...props} />
      <PreviewCard {...props} />
    </div>
  ),
})

async function loadThresholds(context: PageContext): Promise<Data> {
  const { deps, filters, param } = context
  const key = param.key ?? ''
  if (!(await freshCatalogue(deps)).has(key)) throw new NotFound(`There is no metric “${key.slice(0, 80)}”.`)
  const { scope, today } = filters
  const from = addDays(today, 1 - PREVIEW_DAYS)
  const days = await card(context, 'thresholds', () => series(deps, key, { scope, from, to: today }), { key })
  return { key, days }
}

/** What was typed, else what holds. */
function typedOf({ data: { key }, context: { deps, query } }: Props): TypedLimits {
  const metric = catalogueOf(deps).of(key)
  const { limits } = standingLimits(deps, key)
  const text = (value: number | null) => fieldText(deps, metric, value)
  if (!query.bad && !query.warn && !query.crit) return { warn: text(limits.warn), crit: text(limits.crit) }
  return { warn: query.warn ?? '', crit: query.crit ?? '' }
}

const FormCard = (props: Props) => {
  const { data, context } = props
  const { deps, admin } = context
  const metric = catalogueOf(deps).of(data.key)
  const { defined, changed } = standingLimits(deps, data.key)
  const typed = typedOf(props)
  const read = readTyped(deps, metric, typed)
  const off = whyNotSettings(deps, admin)
  const side = metric.good === 'up' ? 'under' : 'over'
  const action = thresholdsPath(data.key)
  return (
    <Card id="form" title={metric.label} sub="for everybody, in all tenants">
      <form
        method="post"
        action={action}
        class="q-form"
        hx-get={action}
        hx-trigger="input delay:300ms"
        hx-select="#card-preview"
        hx-target="#card-preview"
        hx-swap="outerHTML"
      >
        {(['warn', 'crit'] as const).map((field) => (
          <LimitField
            field={field}
            label={`${field === 'warn' ? 'Yellow' : 'Red'} ${side}, ${unitText(deps, metric)}`}
            example={exampleText(deps, metric)}
            value={typed[field]}
            error={!read.ok && read.field === field ? read.reason : undefined}
          />
        ))}
        <p class="q-help q-form-wide">
          {`Empty: never. By definition: ${limitsText(deps, data.key, defined)} ${metric.definition}`}
        </p>
        <p class="q-actions q-form-wide">
          <button type="submit" class="q-btn q-btn-primary" disabled={off !== undefined} title={off}>
            Save
          </button>
          <button type="submit" class="q-btn" formmethod="get">
            Try
          </button>
          {changed && (
            <button type="submit" class="q-btn" name="reset" value="1" disabled={off !== undefined} title={off}>
              Reset to the definition
            </button>
          )}
          {off && <span class="q-ink-3">{off}</span>}
        </p>
      </form>
    </Card>
  )
}

interface LimitProps {
  field: 'warn' | 'crit'
  label: string
  example: string
  value: string
  error?: string
}

const LimitField = ({ field, label, example, value, error }: LimitProps) => (
  <Field id={`limit-${field}`} name={field} label={label} error={error}>
    <input
      class="form-control"
      id={`limit-${field}`}
      name={field}
      value={value}
      placeholder={example}
      autocomplete="off"
      maxlength={40}
      {...described(field, error)}
    />
  </Field>
)

const STATE_WORDS: Record<State, string> = { ok: 'green', warn: 'yellow', crit: 'red', unknown: 'unknown' }

/** The last days in the colours that they would have had. */
const PreviewCard = (props: Props) => {
  const { data, context } = props
  const { deps, filters } = context
  const metric = catalogueOf(deps).of(data.key)
  const read = readTyped(deps, metric, typedOf(props))
  const found = shownOf(data.days)
  const preview = found && read.ok ? previewOf(found.points, metric, read.limits) : undefined
  return (
    <Card
      id="preview"
      title={`The last ${PREVIEW_DAYS} days`}
      sub={filters.scope === '*' ? 'all tenants' : filters.scope}
      state={cardState(data.days, deps.now())}
    >
      {!read.ok && <p class="q-ink-2">{`${read.field === 'warn' ? 'Yellow' : 'Red'}: ${read.reason}`}</p>}
      {preview && read.ok && (
        <>
          <p aria-live="polite">
            <b>{limitsText(deps, data.key, read.limits)}</b> {previewText(preview)}
          </p>
          <ol class="q-state-days" aria-label="Days, oldest first">
            {preview.days.map(({ day, state }) => {
              const words = `${dayTitle(day, filters.today)}: ${STATE_WORDS[state]}`
              return (
                <li class={`q-state-${state}`} title={words}>
                  <span class="q-sr">{words}</span>
                </li>
              )
            })}
          </ol>
        </>
      )}
    </Card>
  )
}
