/** J and K walk the rows of tables and feeds, Enter opens the one that is chosen. */

const rowSelector = '.q-table tbody tr:has(a), .q-feed-row:has(a)'

/** Marks the next row (or the one before) and brings it into view; its link gets the focus, so that Enter opens it. */
export function walkRows(step: 1 | -1): void {
  const rows = [...document.querySelectorAll<HTMLElement>(rowSelector)].filter((row) => row.offsetParent !== null)
  const here = rows.findIndex((row) => row.contains(document.activeElement))
  const next = rows[here === -1 ? firstInView(rows, step) : Math.max(0, Math.min(rows.length - 1, here + step))]
  if (!next) return
  next.querySelector<HTMLElement>('a')?.focus({ preventScroll: true })
  next.scrollIntoView({ block: 'nearest' })
}

/** Without a chosen row the walk begins where the reader looks. */
function firstInView(rows: HTMLElement[], step: 1 | -1): number {
  const seen = rows
    .map((row) => row.getBoundingClientRect())
    .map(({ top, bottom }) => top >= 110 && bottom <= innerHeight)
  const at = step === 1 ? seen.indexOf(true) : seen.lastIndexOf(true)
  return at === -1 ? 0 : at
}
