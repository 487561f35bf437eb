import type { Context, Hono } from 'hono'
import { readJson } from '../api/body.ts'
import { json } from '../api/json.ts'
import { serve } from '../api/operation.ts'
import { smallBody } from '../auth/forms.ts'
import { requireScope, whoOf } from '../auth/guards.ts'
import { scopeOf } from '../auth/scope.ts'
import type { Deps } from '../context.ts'
import type { Env } from '../env.ts'
import { csvResponse } from '../exports/csv.ts'
import { Problem } from '../lib/errors.ts'
import { countOf } from './count.ts'
import {
  dropSegment,
  listOfSegments,
  makeSegment,
  putSegment,
  readSegment,
  segmentBody,
  usersOfSegment,
  usersOfSegmentFile,
} from './operations.ts'
import { readRule } from './rule.ts'
import { sentenceOf } from './sentence.ts'
import {
  changeSegment,
  createSegment,
  deleteSegment,
  listSegments,
  type SegmentFields,
  usableSegment,
} from './store.ts'
import type { Segment } from './types.ts'
import { allUsers, columnsFor, readUsers, type SegmentUser } from './users.ts'

/** Segments for programs. */
export function mountSegmentsApi(app: Hono<Env>, deps: Deps): void {
  const reads = requireScope('read')
  const writes = [requireScope('act'), smallBody]
  const idOf = (c: Context<Env>) => c.req.param('id') ?? ''
  const shown = (segment: Segment) => shownBy(deps, segment)

  serve(app, listOfSegments, reads, async (c) => json(c, { segments: (await listSegments(deps, whoOf(c))).map(shown) }))
  serve(app, readSegment, reads, async (c) => json(c, shown(await usableSegment(deps, whoOf(c), idOf(c)))))
  serve(app, makeSegment, writes, async (c) =>
    c.json(shown(await createSegment(deps, whoOf(c), await fieldsOf(c))), 201),
  )
  serve(app, putSegment, writes, async (c) =>
    c.json(shown(await changeSegment(deps, whoOf(c), idOf(c), await fieldsOf(c)))),
  )
  serve(app, dropSegment, writes, async (c) => {
    const { id } = await deleteSegment(deps, whoOf(c), idOf(c))
    return c.json({ id, deleted: true })
  })

  serve(app, usersOfSegment, reads, async (c, { tenant, after, limit }) => {
    const segment = await usableSegment(deps, whoOf(c), idOf(c))
    const scope = scopeOf(whoOf(c), tenant)
    const [total, found] = await Promise.all([
      countOf(deps, segment, scope),
      readUsers(deps, segment, scope, { after, limit: limit + 1 }),
    ])
    const users = found.slice(0, limit)
    const next = found.length > limit ? (users.at(-1)?.user_id ?? null) : null
    const names = columnsFor(deps)
    return json(c, {
      segment: segment.slug,
      tenant: scope === '*' ? null : scope,
      total: total ?? null,
      users: users.map((user) => Object.fromEntries(names.map((name) => [name, user[name]]))),
      next,
    })
  })

  serve(app, usersOfSegmentFile, reads, async (c, { tenant, segment: ref }) => {
    const segment = await usableSegment(deps, whoOf(c), ref)
    const scope = scopeOf(whoOf(c), tenant)
    const names = columnsFor(deps)
    const name = ['segment', segment.slug, scope === '*' ? undefined : scope].filter(Boolean).join('-')
    return csvResponse(c, name, names, cellsOf(allUsers(deps, segment, scope), names))
  })
}

async function* cellsOf(batches: AsyncGenerator<SegmentUser[]>, names: (keyof SegmentUser)[]) {
  for await (const users of batches) yield users.map((user) => names.map((name) => user[name]))
}

function shownBy({ config }: Deps, segment: Segment) {
  const { id, slug, name, rule, shared, by, updatedAt } = segment
  const sentence = sentenceOf(rule, config)
  return { id, slug, name, sentence, rule, shared, by, updated_at: updatedAt.toISOString() }
}

/** @throws Problem 422 that names what is wrong */
async function fieldsOf(c: Context<Env>): Promise<SegmentFields> {
  const { name, rule, shared } = await readJson(c, segmentBody)
  const read = readRule(rule)
  if (read.ok) return { name, rule: read.rule, shared }
  const detail = read.problems.map(({ path, message }) => `rule${path && `.${path}`}: ${message}`).join('; ')
  throw new Problem(422, 'The body is not valid', detail)
}
