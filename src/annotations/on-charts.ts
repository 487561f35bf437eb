import type { CardMenu, ChartProps } from '../../views/parts/index.ts'
import { filterQuery } from '../lib/filters.ts'
import { type Card, shownOf } from '../lib/settle.ts'
import type { Day } from '../lib/time.ts'
import { card, type PageContext } from '../page.ts'
import { dayFlags, type Flags, hourFlags } from './flags.ts'
import { ANNOTATIONS_PATH, annotateHref, whyNot } from './form.ts'
import { ALL_ANNOTATION_KINDS, ANNOTATION_KINDS, shownKinds } from './kinds.ts'
import { type Annotation, annotationsFor } from './read.ts'
import { version } from './version.ts'

/** The parameter of pages with flagged charts: put it into their `params`. */
export const FLAGS_PARAM = 'flags'

/** What happened in the range of a page; its charts share one card, and go without flags while it fails. */
export function loadAnnotations(context: PageContext): Promise<Card<Annotation[]>> {
  const { deps, filters } = context
  const { scope, from, to } = filters
  return card(context, 'annotations', () => annotationsFor(deps, { scope, from, to }), { key: String(version()) })
}

/** The same by the hour, for charts of the last hours, whatever the range of the page is. */
export function loadHourAnnotations(context: PageContext, days: { from: Day; to: Day }): Promise<Card<Annotation[]>> {
  const { deps, filters } = context
  const ask = { scope: filters.scope, ...days, by: 'hour' as const }
  const key = `${version()}|${days.from}|${days.to}`
  return card(context, 'annotations-hours', () => annotationsFor(deps, ask), { key })
}

type FlagProps = Pick<ChartProps, 'annotations' | 'annotationsMore'>

/** Props of a chart over these days. */
export function flagsOnDays(
  context: PageContext,
  found: Card<Annotation[]>,
  points: readonly { day: Day }[],
): FlagProps {
  const days = points.map(({ day }) => day)
  return propsOf(context, dayFlags(shownOf(found) ?? [], days, optionsOf(context)))
}

/** Props of a chart over these hours. */
export function flagsOnHours(
  context: PageContext,
  found: Card<Annotation[]>,
  points: readonly { at: Date }[],
): FlagProps {
  const hours = points.map(({ at }) => at)
  return propsOf(context, hourFlags(shownOf(found) ?? [], hours, optionsOf(context)))
}

/** The choice of kinds in a card's menu: those of the range, and those that are chosen. */
export function flagMenu({ query, href }: PageContext, found: Card<Annotation[]>): CardMenu['flags'] {
  const there = new Set((shownOf(found) ?? []).map(({ kind }) => kind))
  const chosen = shownKinds(query.flags)
  const all = !query.flags
  const kinds = ALL_ANNOTATION_KINDS.filter((kind) => there.has(kind) || (!all && chosen.includes(kind)))
  if (kinds.length === 0) return undefined
  const to = (flags: string) => href({ query: { [FLAGS_PARAM]: flags } })
  const choices = kinds.map((kind) => {
    const selected = !all && chosen.includes(kind)
    const next = selected ? chosen.filter((one) => one !== kind) : all ? [kind] : [...chosen, kind]
    return { label: ANNOTATION_KINDS[kind].label, href: to(next.join() || 'none'), selected }
  })
  return [
    { label: 'All', href: to(''), selected: all },
    ...choices,
    { label: 'None', href: to('none'), selected: !all && chosen.length === 0 },
  ]
}

/** Entries of the menu of a chart's card. */
export function flagEntries(context: PageContext, found: Card<Annotation[]>): Pick<CardMenu, 'flags' | 'annotate'> {
  const { deps, admin, filters, href } = context
  const annotate = whyNot(deps, admin) ? undefined : annotateHref(filters, href())
  return { flags: flagMenu(context, found), annotate }
}

function optionsOf({ deps, filters, query }: PageContext) {
  const { scope, today } = filters
  return { kinds: shownKinds(query.flags), scope, today, timeZone: deps.config.timeZone }
}

function propsOf({ filters }: PageContext, { annotations, more }: Flags): FlagProps {
  if (more === 0) return { annotations }
  return { annotations, annotationsMore: { label: `${more} more`, href: ANNOTATIONS_PATH + filterQuery(filters) } }
}
