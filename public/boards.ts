/**
 * The editor of a board: a card is dragged by its grip to the place of another one. Without script, and by keyboard, its
 * buttons do the same. After a swap the focus is back on the button that was pressed.
 */
let dragged: HTMLElement | null = null
let focused: string | undefined

export function startBoards(): void {
  document.addEventListener('dragstart', begin)
  document.addEventListener('dragover', over)
  document.addEventListener('drop', drop)
  document.addEventListener('dragend', end)
  document.addEventListener('htmx:before:swap', () => {
    focused = document.activeElement?.closest('[data-board-editor]') ? document.activeElement?.id : undefined
  })
  document.addEventListener('htmx:after:swap', refocus)
}

const cellOf = (event: Event): HTMLElement | null =>
  event.target instanceof Element ? event.target.closest<HTMLElement>('[data-drag-cells] > [data-cell]') : null

function begin(event: DragEvent): void {
  if (!(event.target instanceof Element) || !event.target.closest('[data-grip]')) return
  dragged = cellOf(event)
  if (!dragged || !event.dataTransfer) return
  event.dataTransfer.effectAllowed = 'move'
  event.dataTransfer.setData('text/plain', dragged.dataset.cell ?? '')
  event.dataTransfer.setDragImage(dragged, 20, 20)
  dragged.classList.add('q-cell-dragged')
}

/** A card is put before the one in whose first half the pointer is, else after it. */
function over(event: DragEvent): void {
  const cell = dragged && cellOf(event)
  if (!cell) return
  event.preventDefault()
  clearMarks()
  if (cell !== dragged) cell.classList.add(isAfter(event, cell) ? 'q-cell-after' : 'q-cell-before')
}

function drop(event: DragEvent): void {
  const cell = dragged && cellOf(event)
  if (!cell || !dragged || cell === dragged) return
  event.preventDefault()
  const before = isAfter(event, cell) ? cell.nextElementSibling : cell
  const form = dragged.querySelector<HTMLFormElement>('form')
  const field = form?.querySelector<HTMLInputElement>('input[name="before"]')
  if (!form || !field || before === dragged) return
  field.value = before instanceof HTMLElement ? (before.dataset.cell ?? '') : ''
  const button = document.createElement('button')
  button.name = 'act'
  button.value = 'place'
  button.hidden = true
  form.append(button)
  form.requestSubmit(button)
  button.remove()
}

function end(): void {
  dragged?.classList.remove('q-cell-dragged')
  dragged = null
  clearMarks()
}

function clearMarks(): void {
  for (const cell of document.querySelectorAll('.q-cell-before, .q-cell-after'))
    cell.classList.remove('q-cell-before', 'q-cell-after')
}

function isAfter(event: DragEvent, cell: HTMLElement): boolean {
  const { left, width } = cell.getBoundingClientRect()
  return event.clientX > left + width / 2
}

/** A card that has come to an end of its way hands the focus to the way back. */
function refocus(): void {
  const button = focused === undefined ? null : document.getElementById(focused)
  focused = undefined
  if (!(button instanceof HTMLElement) || document.activeElement === button) return
  const ended = button instanceof HTMLButtonElement && button.disabled
  const other = ended ? button.closest('form')?.querySelector<HTMLButtonElement>('button:not(:disabled)') : button
  other?.focus()
}
