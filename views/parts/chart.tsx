import { raw } from 'hono/html'
import type { ChartAnnotation, ChartProps } from './types.ts'

type Kind = 'line' | 'bar' | 'stacked' | 'area'

/** Up to four lines, named at the end; one line gets a pale area. */
export const LineChart = (props: ChartProps) => <Chart kind="line" {...props} />
/** Bars from zero in one colour. */
export const BarChart = (props: ChartProps) => <Chart kind="bar" {...props} />
/** Up to five parts a bar, the first at the bottom. */
export const StackedChart = (props: ChartProps) => <Chart kind="stacked" {...props} />
/** The same as areas, for many days. */
export const AreaChart = (props: ChartProps) => <Chart kind="area" {...props} />

/**
 * A canvas, its data as JSON, and the same numbers as a table. The canvas is left alone by a morph (it would grow);
 * public/charts.ts redraws it from the morphed JSON, and takes the words of its tooltip from the table.
 */
const Chart = (props: ChartProps & { kind: Kind }) => {
  const { id, kind, summary, height = 'chart', annotationsMore: more, previous, keyless } = props
  const annotations = keyless ? [] : (props.annotations ?? [])
  return (
    <figure class="q-chart" id={`chart-${id}`} data-chart={kind}>
      <div class={`q-chart-box q-chart-${height}`}>
        <canvas id={`canvas-${id}`} role="img" aria-label={summary} hx-morph-skip />
      </div>
      <script type="application/json" id={`data-${id}`}>
        {raw(jsonForScript(drawable(props)))}
      </script>
      <Twin {...props} />
      {(annotations.length > 0 || (previous && kind === 'line')) && (
        <figcaption class="q-chart-key">
          {annotations.map((flag) => (
            <span>
              <b title={flag.kind}>{flag.letter}</b>{' '}
              {flag.href ? (
                <a href={flag.href} rel="noopener noreferrer" target="_blank">
                  {flag.text}
                </a>
              ) : (
                flag.text
              )}
            </span>
          ))}
          {more && !keyless && <a href={more.href}>{more.label}</a>}
          {previous && <span class="q-chart-previous">{previous.name}</span>}
        </figcaption>
      )}
    </figure>
  )
}

/** What the browser needs to draw; words for the tooltip are in the table already. */
const drawable = ({
  kind,
  summary,
  unit,
  currency,
  labels,
  titles,
  series,
  previous,
  ...rest
}: ChartProps & { kind: Kind }) => ({
  kind,
  summary,
  unit,
  currency,
  labels,
  titles: titles === labels ? undefined : titles,
  series,
  previous,
  partial: rest.partial || undefined,
  annotations: rest.annotations?.map(({ index, letter, text }) => ({ index, letter, text })),
  limits: rest.limits,
  bands: rest.bands?.length ? rest.bands : undefined,
  base: rest.base,
  fill: rest.fill,
  unnamed: rest.unnamed,
})

/** JSON that cannot leave its script element. */
export const jsonForScript = (value: unknown): string =>
  JSON.stringify(value)
    .replace(/</g, '\\u003c')
    .replace(/\u2028/g, '\\u2028')
    .replace(/\u2029/g, '\\u2029')

const Twin = ({ id, summary, labels, titles, series, previous, table, annotations = [] }: ChartProps) => {
  const head = table?.head ?? ['', ...series.map((one) => one.name), ...(previous ? [previous.name] : [])]
  const lines = previous ? [...series, previous] : series
  const rows = table?.rows ?? labels.map((_, index) => lines.map((line) => plain(line.values[index])))
  return (
    <div class="q-twin" id={`twin-${id}`} tabindex={0}>
      <table class="q-table q-table-30">
        <caption class="q-sr">{summary}</caption>
        <thead>
          <tr>
            {head.map((name, index) => (
              <th scope="col" class={index ? 'q-right' : undefined}>
                {name}
              </th>
            ))}
            {annotations.length > 0 && (
              <th scope="col" class="q-twin-note">
                Events
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {rows.map((cells, index) => (
            <tr>
              <th scope="row">{titles?.[index] ?? labels[index]}</th>
              {cells.map((cell) => (
                <td class="q-right q-num">{cell}</td>
              ))}
              {annotations.length > 0 && <td class="q-twin-note">{eventsOf(annotations, index)}</td>}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

const eventsOf = (annotations: ChartAnnotation[], index: number): string =>
  annotations.flatMap((flag) => (flag.index === index ? [flag.text] : [])).join('; ')

const plain = (value: number | null | undefined): string => (value == null ? '—' : value.toLocaleString('en-US'))
