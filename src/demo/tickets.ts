import { iso } from './calendar.ts'
import type { Emitter } from './emitter.ts'
import { Random } from './random.ts'
import type { SimUser } from './world.ts'

const SUBJECTS = ['Build hangs', 'Domain does not connect', 'Invoice question', 'Image is missing', 'How do I …?']

/** A ticket as support's own system tells it: opened, answered, solved. */
export function answerTicket(
  out: Emitter,
  user: SimUser,
  { id, openedMs, solvedMs }: { id: string; openedMs: number; solvedMs: number },
): void {
  const random = new Random(id)
  const answeredMs = openedMs + random.between(0.1, 0.7) * (solvedMs - openedMs)
  const row = {
    id,
    user_id: user.id,
    tenant_id: user.tenant?.id,
    subject: random.pick(SUBJECTS),
    priority: random.pick(['low', 'normal', 'normal', 'high']),
    created_at: iso(openedMs),
  }
  const answered = { first_response_at: iso(answeredMs) }
  const tell = (atMs: number, more: Record<string, unknown>) =>
    out.emit('tickets', atMs, { ...row, ...more, updated_at: iso(atMs) })
  tell(openedMs, { status: 'open' })
  tell(answeredMs, { status: 'pending', ...answered })
  tell(solvedMs, { status: 'solved', ...answered, closed_at: iso(solvedMs) })
}
