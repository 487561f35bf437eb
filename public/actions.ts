/** What [data-action] buttons do; one listener for the page, so that morphed parts need no wiring. */
import { refreshNow, togglePause } from './live.ts'
import { setTheme } from './preferences.ts'

type Act = (button: HTMLElement, value: string) => void

const acts: Record<string, Act> = {
  palette: () => openPalette(),
  menu: () => openDialog('phone-menu'),
  filters: () => openDialog('filter-sheet'),
  keys: () => openDialog('keys'),
  drawer: (_, id) => openDialog(id),
  close: (button) => button.closest('dialog')?.close(),
  refresh: () => refreshNow(),
  pause: () => void togglePause(),
  table: (_, card) => toggleTable(document.getElementById(card)),
  theme: (_, scheme) => setTheme(scheme),
  copy: (button) => void copy(button, button.parentElement?.querySelector('pre')?.textContent ?? ''),
  'copy-text': (button, text) => void copy(button, text),
  dismiss: (button) => button.closest('[data-toast]')?.remove(),
}

/** Listens for clicks and for a press on a dialog's backdrop. */
export function startActions(): void {
  document.addEventListener('click', (event) => {
    const target = event.target as HTMLElement
    if (target instanceof HTMLDialogElement && outside(target, event)) return target.close()
    const button = target.closest<HTMLElement>('[data-action]')
    const act = button && acts[button.dataset.action ?? '']
    if (!act) return
    // A link says where to go without script.
    if (button instanceof HTMLAnchorElement) event.preventDefault()
    button.closest<HTMLDetailsElement>('details[data-menu]')?.removeAttribute('open')
    act(button, button.dataset.value ?? '')
  })
  document.addEventListener('submit', (event) => leaveOutUnusedDays(event.target as HTMLFormElement))
  document.addEventListener('change', (event) => nameShowButton(event.target as HTMLElement))
}

/** <dialog> traps the focus and gives it back by itself. */
export function openDialog(id: string): void {
  const dialog = document.getElementById(id)
  if (!(dialog instanceof HTMLDialogElement) || dialog.open) return
  for (const other of document.querySelectorAll<HTMLDialogElement>('dialog[open]')) other.close()
  dialog.showModal()
}

export function openPalette(): void {
  openDialog('palette')
  document.getElementById('palette')?.dispatchEvent(new CustomEvent('palette-open'))
}

/** The chart of a card as its table, and back. */
export function toggleTable(card: Element | null): void {
  const chart = card?.querySelector<HTMLElement>('.q-chart')
  if (!chart) return
  if (chart.dataset.view === 'table') delete chart.dataset.view
  else chart.dataset.view = 'table'
}

function outside(dialog: HTMLDialogElement, event: MouseEvent): boolean {
  const box = dialog.getBoundingClientRect()
  return event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom
}

/** The clipboard needs https or localhost; elsewhere the text is selected, ready for Ctrl C. */
async function copy(button: HTMLElement, text: string): Promise<void> {
  const label = [...button.childNodes].find((node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim())
  try {
    await navigator.clipboard.writeText(text)
    if (label) label.textContent = 'Copied'
  } catch {
    const source = button.parentElement?.querySelector('pre, code') ?? button
    getSelection()?.selectAllChildren(source)
    if (label) label.textContent = 'Press Ctrl C'
  }
  setTimeout(() => {
    if (label) label.textContent = button.dataset.action === 'copy' ? 'Copy' : 'Copy id'
  }, 2000)
}

/** from and to belong to the range "custom" only: they stay out of other addresses. */
function leaveOutUnusedDays(form: HTMLFormElement): void {
  if (!form.matches('[data-filters]')) return
  const custom = new FormData(form).get('range') === 'custom'
  for (const day of form.querySelectorAll<HTMLInputElement>('input[type="date"]')) day.disabled = !custom
}

/** "Show 30 days, Harbor & Pine": the sheet's button names what it will do. */
function nameShowButton(changed: HTMLElement): void {
  const form = changed.closest<HTMLFormElement>('form[data-filters]')
  const button = form?.querySelector('[data-show]')
  if (!form || !button) return
  const range = form.querySelector<HTMLInputElement>('input[name="range"]:checked')?.dataset.label ?? ''
  const tenant = form.querySelector<HTMLSelectElement>('select[name="tenant"]')?.selectedOptions[0]
  button.textContent = `Show ${range.toLowerCase()}${tenant?.value ? `, ${tenant.label}` : ''}`
}
