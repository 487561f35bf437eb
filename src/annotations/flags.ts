import type { ChartAnnotation } from '../../views/parts/index.ts'
import { clockTime, dayLabel } from '../lib/dates.ts'
import { type Day, dayOf } from '../lib/time.ts'
import { ALL_ANNOTATION_KINDS, ANNOTATION_KINDS, type AnnotationKind } from './kinds.ts'
import type { Annotation } from './read.ts'

/** What a chart of 390 px can hold side by side, and a key that is still read. */
export const FLAGS_SHOWN = 8
/** Deploys by jobs are events where they are rare; on more days than that they are what the product does. */
const RARE_SHARE = 1 / 3
const HOUR_MS = 3_600_000

export interface Flags {
  annotations: ChartAnnotation[]
  /** How many more there are than the chart shows. */
  more: number
}

export interface FlagOptions {
  kinds: readonly AnnotationKind[]
  /** Of which the page is: its own tenant is not named. */
  scope: string
  today: Day
  timeZone: string
}

/** The flags of a chart over days. */
export function dayFlags(all: readonly Annotation[], days: readonly Day[], options: FlagOptions): Flags {
  const places = new Map(days.map((day, index) => [day, index]))
  const place = ({ day, at }: Annotation) => places.get(day ?? dayOf(at, options.timeZone))
  return flagsOf(all, days.length, options, place, (index) => dayLabel(days[index] ?? '', options.today))
}

/** The flags of a chart over hours; what is about a whole day has no hour. */
export function hourFlags(all: readonly Annotation[], hours: readonly Date[], options: FlagOptions): Flags {
  const ends = hours.map((hour, i) => (hours[i + 1] ?? new Date(hour.getTime() + HOUR_MS)).getTime())
  const place = ({ day, at }: Annotation) => {
    if (day !== undefined || at < (hours[0] ?? at)) return undefined
    const index = ends.findIndex((end) => at.getTime() < end)
    return index < 0 ? undefined : index
  }
  return flagsOf(all, hours.length, options, place, (index) => clockTime(hours[index] as Date, options.timeZone))
}

interface Group {
  index: number
  kind: AnnotationKind
  items: Annotation[]
}

function flagsOf(
  all: readonly Annotation[],
  length: number,
  { kinds, scope }: FlagOptions,
  place: (one: Annotation) => number | undefined,
  when: (index: number) => string,
): Flags {
  const asked = all.filter(({ kind }) => kinds.includes(kind))
  const usual = usualDeploys(asked, length, place)
  // Whoever asks for deploys alone gets them, usual or not.
  const wanted = kinds.length === 1 ? asked : asked.filter((one) => !usual.has(one))
  const groups = grouped(wanted, place)
  const chosen = choose(groups).sort((a, b) => a.index - b.index || rank(a.kind) - rank(b.kind))
  const annotations = chosen.map(({ index, kind, items }) => ({
    index,
    letter: ANNOTATION_KINDS[kind].letter,
    kind: ANNOTATION_KINDS[kind].one,
    text: `${when(index)}, ${wordsOf(items, scope)}`,
    href: items.length === 1 ? items[0]?.link : undefined,
  }))
  return { annotations, more: groups.length - chosen.length }
}

const rank = (kind: AnnotationKind): number => ALL_ANNOTATION_KINDS.indexOf(kind)

function usualDeploys(
  all: readonly Annotation[],
  length: number,
  place: (one: Annotation) => number | undefined,
): Set<Annotation> {
  const deploys = all.filter(({ source }) => source === 'deploys')
  const places = new Set(deploys.map(place))
  return new Set(places.size > Math.max(3, length * RARE_SHARE) ? deploys : [])
}

/** One flag for all of a kind at one place. */
function grouped(all: readonly Annotation[], place: (one: Annotation) => number | undefined): Group[] {
  const groups = new Map<string, Group>()
  for (const one of all) {
    const index = place(one)
    if (index === undefined) continue
    const key = `${index} ${one.kind}`
    const group = groups.get(key) ?? { index, kind: one.kind, items: [] }
    groups.set(key, group)
    group.items.push(one)
  }
  return [...groups.values()]
}

/** Each kind in turn gives its weightiest flag, the newest of equal ones, until the chart is full. */
function choose(groups: Group[]): Group[] {
  const queues = ALL_ANNOTATION_KINDS.map((kind) =>
    groups
      .filter((group) => group.kind === kind)
      .sort((a, b) => Number(byHand(b)) - Number(byHand(a)) || weightOf(b) - weightOf(a) || b.index - a.index),
  )
  const chosen: Group[] = []
  for (let round = 0; chosen.length < FLAGS_SHOWN && queues.some((queue) => queue.length > round); round++)
    chosen.push(...queues.flatMap((queue) => queue[round] ?? []).slice(0, FLAGS_SHOWN - chosen.length))
  return chosen
}

const byHand = ({ items }: Group): boolean => items.some(({ source }) => source === 'written')
const weightOf = ({ items }: Group): number => items.reduce((sum, { weight }) => sum + weight, 0)

/** The weightiest in words, and how many more. */
function wordsOf(items: Annotation[], scope: string): string {
  const sorted = [...items].sort(
    (a, b) => Number(b.source === 'written') - Number(a.source === 'written') || b.weight - a.weight,
  )
  const [first] = sorted
  const rest = sorted.slice(1).reduce((sum, { n }) => sum + n, 0)
  const what = cut(first?.text ?? '')
  const whose = first?.tenant && first.tenantId !== scope ? `${what} (${first.tenant})` : what
  return rest > 0 ? `${whose}, and ${rest.toLocaleString('en-US')} more` : whose
}

/** Longer than that no key below a chart is read; the list has it whole. */
const KEY_LENGTH = 60
const cut = (text: string): string => (text.length > KEY_LENGTH ? `${text.slice(0, KEY_LENGTH - 1).trimEnd()}…` : text)
