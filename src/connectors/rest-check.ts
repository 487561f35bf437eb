import { parseTimestamp } from '../lib/timestamp.ts'
import { checkFields, checkRows, refusedCheck } from './check-rows.ts'
import type { CheckFinding, CheckResult, PullContext } from './pull.ts'
import { askMainApp } from './rest-client.ts'
import type { RestFile } from './rest-file.ts'
import { cursorOf, itemsOf, type MappedItem, mapItem, valueAt } from './rest-map.ts'

/** Asks for the first page, for the one after it and for what is new, and looks at what came. @throws SourceUnavailable */
export async function checkRest(context: PullContext, file: RestFile): Promise<CheckResult> {
  try {
    const answer = await askMainApp(context, file.path, [])
    const raw = itemsOf(answer, file)
    const items = raw.map((item) => mapItem(item, file))
    const checked = checkRows(context.deps, file.kind, items)
    const names = file.fields.map(([name]) => name).filter((name) => !name.startsWith('_'))
    const findings = [
      ...checkFields(file.kind, names),
      ...checkPaths(file, raw),
      ...checkKeys(file, items),
      ...checked.findings,
      ...(await checkCursor(context, file, answer)),
      ...(await checkSince(context, file, items)),
    ]
    const state = findings.some(({ level }) => level === 'error') ? 'error' : 'ok'
    return { state, findings, rows: checked.rows }
  } catch (error) {
    return refusedCheck(error)
  }
}

/** A path that no item has is most often mistyped. */
function checkPaths({ fields }: RestFile, items: unknown[]): CheckFinding[] {
  if (items.length === 0) return []
  return fields.flatMap(([column, from]): CheckFinding[] => {
    if ('constant' in from || items.some((item) => valueAt(item, from.path) !== undefined)) return []
    return [{ level: 'warning', column, reason: `"${from.path}" is in none of ${items.length} items` }]
  })
}

function checkKeys({ key, watermark, fields }: RestFile, items: MappedItem[]): CheckFinding[] {
  const findings: CheckFinding[] = []
  const keys = new Set(items.map((item) => item.key))
  if (keys.size < items.length)
    findings.push({ level: 'error', column: key, reason: 'is not unique: some items have the same' })
  const undated = items.filter((item) => item.watermark === undefined)
  const always = Object.fromEntries(fields)[watermark]
  if (undated.length > 0 || (always && 'constant' in always && !parseTimestamp(always.constant)))
    findings.push({
      level: 'error',
      column: watermark,
      reason: `is no instant in ${undated.length} of ${items.length} items`,
    })
  return findings
}

async function checkCursor(context: PullContext, file: RestFile, answer: unknown): Promise<CheckFinding[]> {
  const cursor = cursorOf(answer, file)
  if (cursor === null || !file.cursor) return []
  const second = await askMainApp(context, file.path, [[file.cursor.param, cursor]])
  const [a, b] = [itemsOf(answer, file), itemsOf(second, file)].map((items) => JSON.stringify(items[0]))
  if (a === undefined || a !== b) return []
  return [
    { level: 'error', column: 'cursor', reason: `the second page is the first one: is "${file.cursor.param}" right?` },
  ]
}

/** An API that does not know the parameter gives everything, each time. */
async function checkSince(context: PullContext, file: RestFile, items: MappedItem[]): Promise<CheckFinding[]> {
  const instants = items.flatMap(({ watermark }) => watermark ?? []).sort()
  const [oldest, newest] = [instants[0], instants.at(-1)]
  if (!file.since || !newest || oldest === newest) return []
  const answer = await askMainApp(context, file.path, [[file.since.param, newest]])
  const older = itemsOf(answer, file).filter((item) => (mapItem(item, file).watermark ?? newest) < newest)
  if (older.length === 0) return []
  const reason = `"${file.since.param}=${newest}" brings ${older.length} older items: every run would read all there is`
  return [{ level: 'warning', column: 'since', reason }]
}
