import { momentText } from '../../../src/lib/dates.ts'
import { today } from '../../../src/lib/time.ts'
import { metricHref } from '../../../src/page.ts'
import { badSide, THRESHOLD } from '../../../src/settings/limits.ts'
import { SETTINGS_PATH, thresholdsPath } from '../../../src/settings/paths.ts'
import { exampleText, fieldText, limitsText, readTyped } from '../../../src/settings/threshold-view.ts'
import { SHOWS, type Show, showOf, type ThresholdRow } from '../../../src/settings/thresholds-list.ts'
import { whyNotSettings } from '../../../src/settings/who.ts'
import { Badge, Card, DataTable, FieldError, SearchField, Segments, TwoLines } from '../../parts/index.ts'
import type { SettingsProps } from '../settings.tsx'

/** Where metrics turn yellow and red: found by name, changed in their row. */
export const ThresholdsCard = (props: SettingsProps) => {
  const { data, context } = props
  const { query, href, path } = context
  const shown = showOf(query.show)
  const without = { bad: '', why: '', warn: '', crit: '', saved: '', product_name: '', environment: '' }
  return (
    <Card
      id="thresholds"
      title="Thresholds"
      sub="beyond them a number is yellow, red"
      flush
      tools={
        <Segments
          name="Which metrics"
          items={(Object.keys(SHOWS) as Show[]).map((show) => ({
            label: `${SHOWS[show]} ${data.counts[show]}`,
            href: href({ query: { ...without, q: '', show: show === 'set' ? '' : show } }),
            selected: !query.q && show === shown,
          }))}
        />
      }
    >
      <search class="q-card-bar">
        <form class="q-actions" method="get" action={path}>
          <SearchField
            value={query.q}
            placeholder="Search all metrics by name or key"
            label="Search metrics"
            class="w-auto flex-fill"
          />
        </form>
      </search>
      <div class="q-rows-window">
        <DataTable
          id="thresholds"
          caption="Thresholds of metrics"
          rowHeight={44}
          empty={query.q ? `No metric matches “${query.q.slice(0, 60)}”.` : 'No threshold differs from its definition.'}
          columns={[
            { key: 'metric', label: 'Metric' },
            { key: 'now', label: 'Now', wide: true, muted: true },
            { key: 'changed', label: 'Set by', wide: true },
            { key: 'form', label: 'Yellow, red', number: true },
          ]}
          rows={data.rows.map((row) => rowOf(props, row))}
        />
      </div>
    </Card>
  )
}

function rowOf(props: SettingsProps, row: ThresholdRow) {
  const { deps, filters } = props.context
  const { key, metric, limits, defined, changed } = row
  const { timeZone } = deps.config
  const author = props.data.authors.get(THRESHOLD + key)
  return {
    id: `limit-${key.replaceAll('.', '-')}`,
    cells: {
      metric: <TwoLines title={<a href={metricHref(filters, key)}>{metric.label}</a>} sub={key} />,
      now: limitsText(deps, key, limits),
      changed: changed ? (
        <TwoLines
          title={<Badge tone="info" text="changed" />}
          sub={`${author ? `${author.by}, ${momentText(author.at, today(deps.now(), timeZone), timeZone)}. ` : ''}By definition: ${limitsText(deps, key, defined)}`}
        />
      ) : (
        <span class="q-ink-3">definition</span>
      ),
      form: <LimitForm {...props} row={row} />,
    },
  }
}

const LimitForm = ({ row: { key, metric, limits, changed }, context }: SettingsProps & { row: ThresholdRow }) => {
  const { deps, admin, query, href } = context
  const off = whyNotSettings(deps, admin)
  const bad = query.bad === key
  const typed = { warn: query.warn ?? '', crit: query.crit ?? '' }
  const read = bad ? readTyped(deps, metric, typed) : undefined
  const back = href({ query: { bad: '', why: '', warn: '', crit: '', saved: '' } })
  const side = `${badSide(metric.good)}, ${exampleText(deps, metric)}`
  return (
    <form method="post" action={thresholdsPath(key)} class="q-limit-form">
      <input type="hidden" name="back" value={back.startsWith(SETTINGS_PATH) ? back : SETTINGS_PATH} />
      {(['warn', 'crit'] as const).map((field) => (
        <input
          class="form-control q-num"
          name={field}
          value={bad ? typed[field] : fieldText(deps, metric, limits[field])}
          placeholder={field === 'warn' ? 'yellow' : 'red'}
          aria-label={`${metric.label}: ${field === 'warn' ? 'yellow' : 'red'} ${side}`}
          aria-invalid={read && !read.ok && read.field === field ? 'true' : undefined}
          title={side}
          autocomplete="off"
          maxlength={40}
          readonly={off !== undefined}
        />
      ))}
      <button type="submit" class="q-btn q-btn-small" disabled={off !== undefined} title={off}>
        Save
      </button>
      {changed && (
        <button
          type="submit"
          class="q-btn q-btn-small"
          name="reset"
          value="1"
          disabled={off !== undefined}
          title={off ?? 'Back to the definition'}
        >
          Reset
        </button>
      )}
      {read && !read.ok && <FieldError text={read.reason} />}
    </form>
  )
}
