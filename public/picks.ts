/**
 * Rows that are chosen: how many, all of a page at once, and the bar of what can be done with them, which is there while
 * there is one. A poll brings new rows; what was chosen stays chosen.
 */

const chosenByForm = new Map<string, Set<string>>()

/** Wires the boxes of all tables that have them. */
export function startPicks(): void {
  document.addEventListener('change', ({ target }) => {
    if (!(target instanceof HTMLInputElement)) return
    const { pick, pickAll } = target.dataset
    if (pickAll !== undefined) for (const box of boxesOf(pickAll)) setChosen(box, target.checked)
    else if (pick !== undefined) setChosen(target, target.checked)
    else return
    show(pickAll ?? pick ?? '')
  })
  document.addEventListener('click', ({ target }) => {
    const form = target instanceof Element && target.closest('[data-picks-none]')?.closest('form')
    if (!form) return
    for (const box of boxesOf(form.id)) setChosen(box, false)
    show(form.id)
    document.querySelector<HTMLInputElement>(`[data-pick-all="${form.id}"]`)?.focus()
  })
  document.addEventListener('htmx:after:swap', () => forms().forEach(showAgain))
  forms().forEach(showAgain)
}

const forms = () => [...document.querySelectorAll<HTMLFormElement>('form[data-picks]')]
const boxesOf = (form: string) => [...document.querySelectorAll<HTMLInputElement>(`[data-pick="${form}"]`)]

function setChosen(box: HTMLInputElement, chosen: boolean): void {
  const form = box.dataset.pick ?? ''
  const all = chosenByForm.get(form) ?? new Set()
  if (chosen) all.add(box.value)
  else all.delete(box.value)
  chosenByForm.set(form, all)
  box.checked = chosen
}

/** After a poll, and where a browser comes back to a page with its boxes ticked. */
function showAgain({ id }: HTMLFormElement): void {
  const known = chosenByForm.get(id)
  for (const box of boxesOf(id)) setChosen(box, known ? known.has(box.value) : box.checked)
  show(id)
}

function show(id: string): void {
  const boxes = boxesOf(id)
  const n = boxes.filter(({ checked }) => checked).length
  const form = document.getElementById(id)
  if (form) form.hidden = n === 0
  const count = form?.querySelector('[data-picks-count]')
  if (count) count.textContent = `${n} chosen`
  for (const box of document.querySelectorAll<HTMLInputElement>(`[data-pick-all="${id}"]`)) {
    box.checked = n > 0 && n === boxes.length
    box.indeterminate = n > 0 && n < boxes.length
  }
}
