import { backHref } from '../../../src/actions/frame.ts'
import { userHref } from '../../../src/actions/paths.ts'
import type { Subject } from '../../../src/actions/types.ts'
import { Card, Facts } from '../../parts/index.ts'

/** Whom it is about, as far as it is known here. */
export const SubjectCard = ({ subject }: { subject: Subject }) => {
  const href = userHref(subject.id)
  const link = backHref(subject.id) === href ? { label: 'Open', href } : undefined
  return (
    <Card id="subject" title="User" sub="as the product told it last" link={link}>
      <Facts
        items={[
          { label: 'Id', value: <code class="q-code">{subject.id}</code> },
          ...(subject.email ? [{ label: 'E-mail', value: subject.email }] : []),
          { label: 'Plan', value: subject.plan ?? '—' },
          { label: 'Status', value: subject.status || '—' },
          ...(subject.tenantId ? [{ label: 'Tenant', value: subject.tenantId }] : []),
        ]}
      />
    </Card>
  )
}
