import type { Fragment, Sql } from 'postgres'
import type { Deps } from '../context.ts'
import { addDays, type Day, startOfDay } from '../lib/time.ts'
import type { AnnotationKind } from './kinds.ts'
import { annotationSources, type FoundRow, type SourceAsk, type SourceName } from './sources.ts'

/** Something that happened, to be seen beside the numbers. */
export interface Annotation {
  /** Of what was written; what the tables tell has none and cannot be deleted. */
  id: number | undefined
  source: SourceName
  kind: AnnotationKind
  /** Of a whole day: its first instant. */
  at: Date
  /** Given where it is about a whole day. */
  day: Day | undefined
  /** '' = all. */
  tenantId: string
  tenant: string | undefined
  text: string
  link: string | undefined
  /** How many things it stands for. */
  n: number
  weight: number
}

export interface AnnotationQuery {
  scope: string
  from: Day
  to: Day
  kinds?: readonly AnnotationKind[]
  /** How finely; deploys are counted by it. Default: by day. */
  by?: 'day' | 'hour'
}

/** All that happened on the days, as the scope may see it, oldest first. One statement for all sources. */
export async function annotationsFor(
  { db: { sql }, config: { timeZone } }: Pick<Deps, 'db' | 'config'>,
  { scope, from, to, kinds, by = 'day' }: AnnotationQuery,
): Promise<Annotation[]> {
  const ask: SourceAsk = {
    sql,
    from: startOfDay(from, timeZone),
    until: startOfDay(addDays(to, 1), timeZone),
    days: { from, to },
    scope,
    by,
    timeZone,
  }
  const rows = await sql<FoundRow[]>`
    select a.id, a.source, a.kind, a.at, a.day, a.tenant_id as "tenantId", nullif(t.name, '') as tenant, a.subject,
      a.note, a.n, a.link
    from (${unionOf(sql, ask)}) a left join tenants t on t.tenant_id = a.tenant_id
    ${kinds ? sql`where a.kind = any(${[...kinds]})` : sql``}
    order by a.at, a.source, a.id`
  return rows.map(told)
}

function unionOf(sql: Sql, ask: SourceAsk): Fragment {
  const parts = (Object.keys(annotationSources) as SourceName[]).flatMap((name) => {
    const rows = annotationSources[name].rows(ask)
    return rows
      ? [sql`select ${name} as source, r.* from (${rows}) r (id, kind, at, day, tenant_id, subject, note, n, link)`]
      : []
  })
  return parts.reduce((all, part) => sql`${all} union all ${part}`)
}

function told(row: FoundRow): Annotation {
  const { id, source, kind, at, day, tenantId, tenant, link, n } = row
  return {
    id: id ?? undefined,
    source,
    kind,
    at,
    day: day ?? undefined,
    tenantId,
    tenant: tenantId === '' ? undefined : (tenant ?? tenantId),
    text: annotationSources[source].words(row),
    link: link ?? undefined,
    n: source === 'deploys' ? (n ?? 1) : 1,
    weight: n ?? 0,
  }
}
