/** Keys of metrics are offered while a formula is typed: arrows choose, Enter or Tab takes, Esc closes. */
import type { PaletteData } from '../views/parts/types.ts'

interface Metric {
  key: string
  label: string
}

const most = 8
let metrics: Promise<Metric[]> | undefined
/** What is offered in the field that has the focus. */
let offered: Metric[] = []
let chosen = 0

/** Listens for all [data-formula] fields, now and after a swap. */
export function startFormulas(): void {
  document.addEventListener('input', ({ target }) => {
    if (isField(target)) void offer(target)
  })
  document.addEventListener('keydown', (event) => {
    if (isField(event.target)) onKey(event, event.target)
  })
  document.addEventListener('focusout', ({ target }) => {
    if (isField(target)) close(target)
  })
  // Before the field loses the focus to it.
  document.addEventListener('pointerdown', (event) => {
    const option = (event.target as Element).closest<HTMLElement>('#formula-keys [role="option"]')
    const field = document.querySelector<HTMLInputElement>('[data-formula]')
    if (!option || !field) return
    event.preventDefault()
    take(field, offered[Number(option.dataset.index)])
  })
}

const isField = (target: EventTarget | null): target is HTMLInputElement =>
  target instanceof HTMLInputElement && target.dataset.formula !== undefined

async function offer(field: HTMLInputElement): Promise<void> {
  const { word } = wordAt(field)
  if (word.length < 2) return close(field)
  const found = matching(await allMetrics(), word)
  // Typed on meanwhile: that asks for itself.
  if (wordAt(field).word !== word || document.activeElement !== field) return
  offered = found
  chosen = 0
  if (found.length === 0 || (found.length === 1 && found[0]?.key === word)) close(field)
  else show(field)
}

/** Read once, on the first word. */
function allMetrics(): Promise<Metric[]> {
  metrics ??= fetch('/dashboard/palette.json')
    .then((answer) => answer.json() as Promise<PaletteData>)
    .then(({ items }) =>
      items.flatMap(({ group, title, note }) => (group === 'Metrics' && note ? [{ key: note, label: title }] : [])),
    )
    .catch(() => {
      metrics = undefined
      return []
    })
  return metrics
}

/** The word that the caret is in or behind, and where it begins and ends. */
function wordAt(field: HTMLInputElement): { word: string; from: number; to: number } {
  const caret = field.selectionStart ?? field.value.length
  const word = /[A-Za-z_][\w.]*$/.exec(field.value.slice(0, caret))?.[0] ?? ''
  const rest = /^[\w.]*/.exec(field.value.slice(caret))?.[0] ?? ''
  return { word, from: caret - word.length, to: caret + rest.length }
}

function matching(all: Metric[], word: string): Metric[] {
  const wanted = word.toLowerCase()
  const rank = ({ key, label }: Metric): number => {
    if (key.startsWith(wanted)) return 3
    if (key.includes(`.${wanted}`)) return 2
    return key.includes(wanted) || label.toLowerCase().includes(wanted) ? 1 : 0
  }
  return all
    .map((metric) => ({ metric, score: rank(metric) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .slice(0, most)
    .map(({ metric }) => metric)
}

function onKey(event: KeyboardEvent, field: HTMLInputElement): void {
  if (!isOpen(field)) return
  if (event.key === 'Escape') close(field)
  else if (event.key === 'Enter' || event.key === 'Tab') take(field, offered[chosen])
  else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
    const step = event.key === 'ArrowDown' ? 1 : offered.length - 1
    chosen = (chosen + step) % offered.length
    show(field)
  } else return
  event.preventDefault()
}

function take(field: HTMLInputElement, metric: Metric | undefined): void {
  if (!metric) return
  const { from, to } = wordAt(field)
  field.setRangeText(metric.key, from, to, 'end')
  field.dispatchEvent(new Event('input', { bubbles: true }))
  close(field)
}

const listOf = (field: HTMLInputElement) => document.getElementById(field.getAttribute('aria-controls') ?? '')
const isOpen = (field: HTMLInputElement): boolean => field.getAttribute('aria-expanded') === 'true'

function show(field: HTMLInputElement): void {
  const list = listOf(field)
  if (!list) return
  list.replaceChildren(...offered.map(optionOf))
  list.hidden = false
  field.setAttribute('aria-expanded', 'true')
  field.setAttribute('aria-activedescendant', `formula-key-${chosen}`)
  list.children[chosen]?.scrollIntoView({ block: 'nearest' })
}

function optionOf({ key, label }: Metric, index: number): HTMLElement {
  const option = document.createElement('div')
  option.id = `formula-key-${index}`
  option.role = 'option'
  option.dataset.index = String(index)
  option.ariaSelected = String(index === chosen)
  const [code, name] = [document.createElement('code'), document.createElement('span')]
  code.textContent = key
  name.textContent = label
  option.append(code, name)
  return option
}

function close(field: HTMLInputElement): void {
  const list = listOf(field)
  if (list) list.hidden = true
  field.setAttribute('aria-expanded', 'false')
  field.removeAttribute('aria-activedescendant')
}
