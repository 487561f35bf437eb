import type { Subject } from '../../../src/actions/types.ts'
import { userHref } from '../../../src/users/paths.ts'
import { Card, Facts } from '../../parts/index.ts'

interface Props {
  subject: Subject
  /** An action was done since, of which the product has not told yet. */
  before?: boolean
}

/** Whom it is about, as far as it is known here. */
export const SubjectCard = ({ subject, before = false }: Props) => (
  <Card
    id="subject"
    title="User"
    sub={before ? 'as it was before this action' : 'as the product told it last'}
    link={{ label: 'Open', href: userHref(subject.id) }}
  >
    <Facts
      items={[
        { label: 'Id', value: <code class="q-code">{subject.id}</code> },
        ...(subject.email ? [{ label: 'E-mail', value: subject.email }] : []),
        { label: 'Plan', value: subject.plan ?? '—' },
        { label: 'Status', value: subject.status || '—' },
        ...(subject.tenantId ? [{ label: 'Tenant', value: subject.tenantId }] : []),
      ]}
    />
    {before && <p class="q-ink-2">The product has not told of this user since: what it answered is newer.</p>}
  </Card>
)
