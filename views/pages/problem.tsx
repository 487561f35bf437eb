import { PlainLayout } from '../layout.tsx'

interface ProblemProps {
  title: string
  detail: string
  status: number
  requestId: string
}

/** What a browser shows when a request failed: what happened, where to go, and the id under which the log has it. */
export const ProblemPage = ({ title, detail, status, requestId }: ProblemProps) => (
  <PlainLayout title={title} sub={detail}>
    <p>
      <a href="/dashboard">To the overview</a>
    </p>
    <p class="q-ink-3">
      Status {status} · request <code>{requestId}</code>
    </p>
  </PlainLayout>
)
