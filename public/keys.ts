/** The keys of the design. Off while typing and while a dialog is open. */
import { openDialog, openPalette, toggleTable } from './actions.ts'
import { refreshNow, togglePause } from './live.ts'
import { autoIsOn, setAuto } from './preferences.ts'
import { walkRows } from './rows.ts'

const goWithinMs = 1200
let wentAtMs = 0

const keys: Record<string, () => unknown> = {
  r: refreshNow,
  // Where the page has a Pause button, P is that button; elsewhere it is the Auto switch.
  p: () => togglePause() || setAuto(!autoIsOn()),
  f: openFilters,
  j: () => walkRows(1),
  k: () => walkRows(-1),
  t: () => toggleTable(chosenCard()),
  '/': searchInPage,
  '?': () => openDialog('keys'),
  g: () => {
    wentAtMs = performance.now()
  },
}

export function startKeys(): void {
  if (/Mac|iPhone|iPad/.test(navigator.platform))
    for (const hint of document.querySelectorAll('[data-mod-key]')) hint.textContent = '⌘K'
  document.addEventListener('keydown', onKey)
}

function onKey(event: KeyboardEvent): void {
  if ((event.metaKey || event.ctrlKey) && event.key.toLowerCase() === 'k') {
    event.preventDefault()
    openPalette()
    return
  }
  if (event.metaKey || event.ctrlKey || event.altKey || typing(event.target) || document.querySelector('dialog[open]'))
    return
  const act: (() => unknown) | undefined = goes(event.key) ?? keys[event.key.toLowerCase()]
  if (!act) return
  event.preventDefault()
  act()
}

/** The letter after G is a page's own key, as the rail has it. */
function goes(key: string): (() => void) | undefined {
  if (performance.now() - wentAtMs > goWithinMs) return undefined
  const link = document.querySelector<HTMLAnchorElement>(`.q-nav a[data-key="${CSS.escape(key.toUpperCase())}"]`)
  if (!link) return undefined
  wentAtMs = 0
  return () => link.click()
}

const typing = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || target.matches('input:not([type="checkbox"], [type="radio"]), select, textarea'))

function openFilters(): void {
  const menu = document.querySelector<HTMLDetailsElement>('#menu-range')
  if (!menu || menu.offsetParent === null) {
    openDialog('filter-sheet')
    return
  }
  menu.open = true
  menu.querySelector<HTMLElement>('.q-menu-item')?.focus()
}

/** The card under the pointer or the focus, else the first with a chart. */
const chosenCard = (): Element | null =>
  document.querySelector('.q-card:hover:has(.q-chart), .q-card:focus-within:has(.q-chart)') ??
  document.querySelector('.q-card:has(.q-chart)')

function searchInPage(): void {
  const field = document.querySelector<HTMLInputElement>('main input[type="search"]')
  if (field) field.focus()
  else openPalette()
}
