import { PlainLayout } from '../layout.tsx'

interface ProblemProps {
  title: string
  detail: string
  status: number
  requestId: string
  /** Where it goes on. */
  link?: { label: string; href: string } | undefined
}

/** What a browser shows when a request failed: what happened, where to go, and the id under which the log has it. */
export const ProblemPage = ({ title, detail, status, requestId, link }: ProblemProps) => (
  <PlainLayout title={title} sub={detail}>
    {link && (
      <p>
        <a href={link.href}>{link.label}</a>
      </p>
    )}
    <p>
      <a href="/dashboard">To the overview</a>
    </p>
    <p class="q-ink-3">
      Status {status} · request <code>{requestId}</code>
    </p>
  </PlainLayout>
)
