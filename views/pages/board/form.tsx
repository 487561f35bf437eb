import { MAX_TITLE } from '../../../src/boards/doc.ts'
import { type CardForm, metricsIn } from '../../../src/boards/form.ts'
import { MAX_TOP } from '../../../src/boards/kinds/breakdown.ts'
import { MAX_METRICS } from '../../../src/boards/kinds/chart.ts'
import { HEIGHTS } from '../../../src/boards/kinds/define.ts'
import { kindOf } from '../../../src/boards/kinds/index.ts'
import { TABLE_METRICS } from '../../../src/boards/kinds/table.ts'
import { MAX_TEXT } from '../../../src/boards/kinds/text.ts'
import type { LoadedCard } from '../../../src/boards/load.ts'
import { type Catalogue, metricKey } from '../../../src/boards/metrics.ts'
import type { Board } from '../../../src/boards/read.ts'
import { questionOf } from '../../../src/saved-queries/cards.ts'
import { FormError } from '../../parts/auth-fields.tsx'
import { described, Field, inputClass, Note } from '../../parts/index.ts'
import { AnyCard, cellClass } from './cards.tsx'
import { capital, PeriodFields, Select } from './fields.tsx'
import { GaugeFields } from './gauge-fields.tsx'
import { MetricFields } from './metric-fields.tsx'

interface FormProps {
  board: Board
  form: CardForm
  catalogue: Catalogue
  /** What the card shows, where it is one. */
  loaded: LoadedCard | undefined
  /** The card that is changed; absent = a new one. */
  editing?: string | undefined
  problem?: string
  /** What of the board's own filters is not there any more. */
  notice?: string
  /** The name under which its question was just kept. */
  kept?: string
}

/** The settings of a card beside the card itself: each change shows what it does. */
export const CardFormPage = (props: FormProps) => {
  const { board, form, editing, problem, kept, notice } = props
  const action = `/dashboard/boards/${board.slug}/cards${editing ? `/${editing}` : ''}`
  return (
    <div class="q-card-builder" id="card-builder">
      <section class="q-card q-builder-form" aria-labelledby="title-builder">
        <h2 id="title-builder">{kindOf(form.kind).label}</h2>
        <p class="q-help">{kindOf(form.kind).about}</p>
        {notice && <Note tone="warn">{notice}</Note>}
        {kept && <Note tone="info">{`Kept as “${kept}”. It is among your saved queries.`}</Note>}
        <FormError text={problem && `${problem} What you entered is still here: save it again.`} />
        <form
          class="q-form"
          method="post"
          action={action}
          hx-post={action}
          hx-trigger="change delay:50ms"
          hx-vals='{"act":"preview"}'
          hx-target="#card-builder"
          hx-select="#card-builder"
          hx-swap="outerMorph"
          hx-sync="this:replace"
        >
          <input type="hidden" name="kind" value={form.kind} />
          <input type="hidden" name="version" value={String(board.version)} />
          <Fields {...props} />
          <p class="q-actions q-form-wide">
            <button class="q-btn q-btn-primary" type="submit" name="act" value="save">
              {editing ? 'Save card' : 'Add card'}
            </button>
            <button class="q-btn" type="submit" name="act" value="preview">
              Preview
            </button>
            <a class="q-btn q-btn-quiet" href={`/dashboard/boards/${board.slug}/edit`}>
              Cancel
            </a>
          </p>
          {form.card && questionOf(form.card) && <Keep form={form} />}
        </form>
      </section>
      <section class="q-builder-preview" aria-label="Preview">
        {props.loaded ? (
          <div class="q-board q-board-preview">
            <div class={cellClass(props.loaded.card)}>
              <AnyCard of={props.loaded} />
            </div>
          </div>
        ) : (
          <p class="q-ink-3 q-builder-none">The card appears here as soon as its settings make sense.</p>
        )}
      </section>
    </div>
  )
}

/** The question of the card, under a name. */
const Keep = ({ form: { values, errors } }: { form: CardForm }) => (
  <details class="q-form-wide q-builder-keep" open={errors.query !== undefined}>
    <summary>Keep the question as a saved query</summary>
    <Field id="card-query" label="Name" error={errors.query}>
      <input class="form-control" id="card-query" name="query" value={values.query} maxlength={60} autocomplete="off" />
    </Field>
    <button class="q-btn q-btn-small" type="submit" name="act" value="keep">
      Save as query
    </button>
  </details>
)

const MOST: Record<string, number> = { chart: MAX_METRICS, table: TABLE_METRICS }

/** The fields that a kind has, in the order of a sentence. */
const Fields = ({ form, catalogue }: FormProps) => {
  const { kind, values, errors } = form
  const { fields, widths, heights } = kindOf(kind)
  const has = (name: string): boolean => Object.hasOwn(fields, name)
  const found = metricsIn(catalogue, form)
  const input = (name: string, more: Record<string, unknown> = {}) => (
    <input
      class={inputClass(errors[name])}
      id={`card-${name}`}
      name={name}
      value={values[name]}
      autocomplete="off"
      {...described(`card-${name}`, errors[name])}
      {...more}
    />
  )
  return (
    <>
      <Field id="card-title" label="Title" hint="Empty: what it is of." error={errors.title} wide>
        {input('title', { maxlength: MAX_TITLE })}
      </Field>
      {(has('metric') || has('metrics')) && <MetricFields form={form} catalogue={catalogue} most={MOST[kind] ?? 1} />}
      {has('by') && (
        <Field id="card-by" label={kind === 'table' ? 'Rows' : 'Split by'} error={errors.by}>
          <Select id="card-by" name="by" value={values.by} options={dimensionsOf(catalogue, found, kind === 'table')} />
        </Field>
      )}
      {has('draw') && (
        <Field id="card-draw" label="Drawn as" error={errors.draw}>
          <Select id="card-draw" name="draw" value={values.draw} options={DRAWINGS[kind] ?? []} />
        </Field>
      )}
      {has('top') && (
        <Field id="card-top" label="Largest" hint={`1 to ${MAX_TOP}; the rest is one part.`} error={errors.top}>
          {input('top', { inputmode: 'numeric', placeholder: '4' })}
        </Field>
      )}
      {has('crit') && <GaugeFields form={form} catalogue={catalogue} input={input} />}
      {has('limit') && (
        <Field id="card-limit" label="Rows at most" error={errors.limit}>
          {input('limit', { inputmode: 'numeric', placeholder: '10' })}
        </Field>
      )}
      {has('notable') && (
        <label class="q-check q-form-wide">
          <input type="checkbox" name="notable" value="on" checked={values.notable === 'on'} />
          Only what is notable
        </label>
      )}
      {has('text') && (
        <Field
          id="card-text"
          label="Text"
          hint="# heading, **bold**, *italic*, - list, [words](https://…)"
          error={errors.text}
          wide
        >
          <textarea
            class="form-control"
            id="card-text"
            name="text"
            rows={10}
            maxlength={MAX_TEXT}
            aria-describedby={errors.text ? 'error-card-text' : 'hint-card-text'}
          >
            {values.text}
          </textarea>
        </Field>
      )}
      <PeriodFields values={values} prefix="card" follow="As the board" only={Object.keys(fields)} />
      <Field id="card-width" label="Width">
        <Select
          id="card-width"
          name="width"
          value={values.width ?? String(widths[0])}
          options={[...widths].sort((a, b) => a - b).map((one) => ({ value: String(one), label: `${one} of 12` }))}
        />
      </Field>
      <Field id="card-height" label="Height">
        <Select
          id="card-height"
          name="height"
          value={values.height ?? heights[0]}
          options={HEIGHTS.filter((one) => heights.includes(one)).map((one) => ({
            value: one,
            label: HEIGHT_WORDS[one],
          }))}
        />
      </Field>
    </>
  )
}

const HEIGHT_WORDS = { s: 'Small', m: 'Medium', l: 'Large' } as const

const DRAWINGS: Record<string, { value: string; label: string }[]> = {
  chart: [
    { value: 'line', label: 'Lines' },
    { value: 'area', label: 'Areas' },
    { value: 'bar', label: 'Bars' },
  ],
  breakdown: [
    { value: 'bar', label: 'Stacked bars' },
    { value: 'area', label: 'Stacked areas' },
    { value: 'line', label: 'Lines' },
    { value: 'donut', label: 'Donut' },
  ],
}

/** Those that all of the metrics have. */
function dimensionsOf(catalogue: Catalogue, found: string[], days: boolean): { value: string; label: string }[] {
  const [first, ...others] = found.map((key) => catalogue.of(metricKey(key)).by)
  const shared = (first ?? []).filter((name) => others.every((by) => by.includes(name)))
  const all = shared.map((name) => ({ value: name, label: capital(name) }))
  if (days) return [{ value: 'day', label: 'Day' }, ...all]
  return all.length > 0 ? all : [{ value: '', label: 'This metric cannot be split' }]
}
