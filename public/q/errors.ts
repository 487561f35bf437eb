import { withoutTyped } from './forms.ts'
import { on, place } from './page.ts'
import { push } from './queue.ts'
import { currentPath } from './views.ts'

/** A page that fails in a loop says so a few times. */
const MAX_ERRORS = 10
const told = new Set<string>()

/** Errors that nothing on the page caught: what, where and at which line; each once, and without what was typed. */
export function watchErrors(): void {
  on(window, 'error', (event) => {
    const { error, message, filename, lineno } = event as ErrorEvent
    // A resource that did not load has no message; this loop hurts nobody.
    // Of an Error its own words: around them each browser puts others.
    if (message && !message.startsWith('ResizeObserver loop')) tell(error, error?.message || message, filename, lineno)
  })
  on(window, 'unhandledrejection', (event) => {
    const { reason } = event as PromiseRejectionEvent
    const [, url = '', line] = /(https?:\S+?):(\d+):\d/.exec(reason?.stack) ?? []
    tell(reason, String(reason?.message ?? reason), url, Number(line) || 0)
  })
}

function tell(error: unknown, text: string, address: string, line: number): void {
  const message = withoutTyped(text)
    .replace(/[^\s"'<>]+@[^\s"'<>]+/g, '*')
    .slice(0, 300)
  const url = address && place(address)
  const known = `${message} ${url} ${line}`
  if (!message || told.has(known) || told.size >= MAX_ERRORS) return
  told.add(known)
  const kind = error instanceof Error ? error.name.slice(0, 100) : undefined
  push({ type: 'error', kind, message, url, line, path: currentPath() })
}
