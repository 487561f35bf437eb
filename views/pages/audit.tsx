import {
  AUDIT_PATH,
  type AuditPage,
  auditPage,
  type ChainState,
  chainState,
  PAGE_SIZE,
  readAuditQuery,
  verdictSoon,
} from '../../src/audit/page.ts'
import { type AuditChoices, type AuditQuery, auditChoices } from '../../src/audit/read.ts'
import type { Verdict } from '../../src/audit/verify.ts'
import { requireAllTenants } from '../../src/auth/scope.ts'
import { cardState } from '../../src/card-state.ts'
import { type Card as Loaded, shownOf } from '../../src/lib/settle.ts'
import { card, definePage, type PageContext } from '../../src/page.ts'
import { Card, Icon, Note } from '../parts/index.ts'
import { ChainCard } from './audit/chain.tsx'
import { AuditFilters } from './audit/filters.tsx'
import { AuditTable } from './audit/table.tsx'

export interface AuditData {
  query: AuditQuery
  bad: string[]
  page: Loaded<AuditPage>
  choices: Loaded<AuditChoices>
  chain: Loaded<ChainState>
  /** Only where it was asked for. */
  verdict?: Verdict | 'late'
}

export interface AuditProps {
  data: AuditData
  context: PageContext
}

/** Who did what to what, and whether the log still is what was written. */
export default definePage<AuditData>({
  path: AUDIT_PATH,
  title: 'Audit',
  group: 'Work',
  order: 90,
  icon: 'shield-check',
  role: 'owner',
  params: ['actor', 'action', 'target', 'from', 'to', 'before', 'after', 'verify'],
  filters: 'none',
  load: async (context) => {
    const { deps, admin, query: asked } = context
    requireAllTenants(admin, 'The audit log is')
    const { query, bad } = readAuditQuery(asked)
    const key = JSON.stringify(query)
    const verdict = asked.verify === '1' ? await verdictSoon(deps) : undefined
    const [page, choices, chain] = await Promise.all([
      card(context, 'audit-lines', () => auditPage(deps, query), { key }),
      card(context, 'audit-choices', () => auditChoices(deps)),
      card(context, 'audit-chain', () => chainState(deps), { key: String(verdict !== undefined) }),
    ])
    return { query, bad, page, choices, chain, ...(verdict && { verdict }) }
  },
  frame: ({ data, context }) => ({
    freshness: undefined,
    exports: [
      { label: 'CSV of these lines', href: `/exports/audit.csv${addressOf(data.query)}` },
      { label: 'JSON of these lines', href: `/api/audit${addressOf(data.query)}` },
    ],
    actions: (
      <a class="q-btn" href={context.href({ query: { verify: '1', before: '', after: '' } })}>
        <Icon name="shield-check" />
        Verify the chain
      </a>
    ),
  }),
  Live: (props) => (
    <div class="q-flow">
      <ChainCard {...props} />
      {props.data.bad.length > 0 && <Note tone="warn">{props.data.bad.join(' ')}</Note>}
      <Lines {...props} />
    </div>
  ),
})

const Lines = (props: AuditProps) => {
  const { data, context } = props
  const { lines = [], older, newer } = shownOf(data.page) ?? {}
  const href = (change: Record<string, string>) =>
    context.href({ query: { before: '', after: '', verify: '', ...change } })
  return (
    <Card
      id="audit"
      title="Log"
      sub="newest first; it is kept for good"
      flush
      state={cardState(data.page, context.deps.now())}
    >
      <AuditFilters {...props} />
      <AuditTable
        lines={lines}
        deps={context.deps}
        csv={`/exports/audit.csv${addressOf(data.query)}`}
        json={`/api/audit${addressOf(data.query)}`}
        pager={{
          size: PAGE_SIZE,
          ...(newer !== undefined && { previous: href({ after: String(newer) }) }),
          ...(older !== undefined && { next: href({ before: String(older) }) }),
        }}
      />
    </Card>
  )
}

/** The filters as the API and the export take them. */
function addressOf({ actor, action, target, from, to }: AuditQuery): string {
  const given = Object.entries({ actor, action, target, from, to }).filter(([, value]) => value !== undefined)
  const query = new URLSearchParams(given as [string, string][]).toString()
  return query && `?${query}`
}
