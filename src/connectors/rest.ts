import {
  type Position,
  type PullBatch,
  type PullContext,
  PullError,
  type PulledRow,
  type ReadPullFile,
} from './pull.ts'
import { checkRest } from './rest-check.ts'
import { askMainApp, BadRequest, MAIN_APP } from './rest-client.ts'
import { parseRestFile, type RestFile } from './rest-file.ts'
import { cursorOf, itemsOf, type MappedItem, mapItem, valueAt } from './rest-map.ts'

/** A longer list goes on with the next run: other files shall have their turn. */
const PAGES_PER_RUN = 200
/** How long something the main app is still committing may carry the time at which it began. */
const OVERLAP_MS = 60_000

/** A list of the main app's API as a file to pull. @throws PullError when it cannot be understood */
export const readRestPull: ReadPullFile = (preset, name, text) => {
  const file = parseRestFile(text)
  return {
    preset,
    name,
    kind: file.kind,
    source: MAIN_APP,
    ...(file.everySeconds && { everySeconds: file.everySeconds }),
    check: (context) => checkRest(context, file),
    pull: (context, position) => pullRest(context, file, position),
  }
}

/** A walk through the pages of what changed since `since`; a run may end in the midst of it, and the next goes on. */
interface Walk {
  since: string | null
  /** The page to ask for; null = the first. */
  cursor: string | null
  /** The newest watermark read so far. */
  high: string | null
  /** What is newer than it may still get older neighbours: the next walk begins here at the latest. */
  floor: string
}

/** Pages in the order the main app gives them in, which need not be that of the watermark. */
async function* pullRest(context: PullContext, file: RestFile, position: Position | null): AsyncGenerator<PullBatch> {
  let walk = walkOf(context, position)
  for (let pages = 0; pages < PAGES_PER_RUN; pages++) {
    const answer = await askPage(context, file, walk)
    if (answer === CURSOR_GONE) {
      walk = { ...walk, cursor: null }
      continue
    }
    const items = itemsOf(answer, file).map((item) => mapItem(item, file))
    const cursor = cursorOf(answer, file)
    if (cursor !== null && cursor === walk.cursor)
      throw new PullError(`the cursor does not move on: "${file.cursor?.from}" is the one that was sent`)
    const read = { ...walk, cursor, high: newest(walk.high, items) }
    walk = cursor === null ? nextWalk(file, read, answer) : read
    yield { rows: rowsOf(file, items, read.floor), position: { ...walk }, watermark: newest(null, items) ?? undefined }
    if (cursor === null) return
  }
}

function walkOf({ deps }: PullContext, position: Position | null): Walk {
  const text = (name: keyof Walk) => (position?.[name] ?? null) as string | null
  const floor = new Date(deps.now().getTime() - OVERLAP_MS).toISOString()
  const cursor = text('cursor')
  if (cursor === null) return { since: text('since'), cursor, high: null, floor }
  return { since: text('since'), cursor, high: text('high'), floor: text('floor') ?? floor }
}

const CURSOR_GONE = Symbol('cursor gone')

/** A page. A cursor that an earlier run was given may not be known any more: then the walk has to begin again. */
async function askPage(context: PullContext, file: RestFile, { since, cursor }: Walk): Promise<unknown> {
  const query: [string, string][] = []
  if (file.since && since !== null) query.push([file.since.param, since])
  if (file.cursor && cursor !== null) query.push([file.cursor.param, cursor])
  try {
    return await askMainApp(context, file.path, query)
  } catch (error) {
    if (cursor !== null && error instanceof BadRequest && CURSOR_REFUSALS.has(error.status)) return CURSOR_GONE
    throw error
  }
}

const CURSOR_REFUSALS = new Set([400, 410, 422])

/** ISO text of one length: instants compare as text. */
function newest(high: string | null, items: MappedItem[]): string | null {
  return items.reduce((max, { watermark }) => (watermark && (max === null || watermark > max) ? watermark : max), high)
}

/**
 * The next walk begins right behind the newest that was read, or earlier: what is still being committed will carry an
 * instant of up to a minute ago.
 */
function nextWalk({ since: asked }: RestFile, { since, high, floor }: Walk, answer: unknown): Walk {
  const told = asked?.from === undefined ? undefined : valueAt(answer, asked.from)
  if (asked?.from !== undefined && typeof told !== 'string' && typeof told !== 'number')
    throw new PullError(`"${asked.from}" in the answer does not say since when to ask next time`, { column: 'since' })
  const behind = high && new Date(Date.parse(high) + 1).toISOString()
  const next = told === undefined ? (behind && behind > floor ? floor : behind) : String(told)
  return { since: next ?? since, cursor: null, high: null, floor }
}

const rowsOf = ({ since }: RestFile, items: MappedItem[], floor: string): PulledRow[] =>
  items.map(({ key, fields, watermark }) => ({
    key,
    fields,
    again: since === undefined || watermark === undefined || watermark >= floor,
  }))
