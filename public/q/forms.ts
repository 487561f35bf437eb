import { elementOf, on, place } from './page.ts'
import { track } from './track.ts'

type Field = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement

const MAX_FIELDS = 100
const found = new Set<HTMLFormElement>()
const seen = new WeakSet<HTMLFormElement>()
/** Forms in which somebody typed, with the name of the last field. */
const begun = new Map<HTMLFormElement, string>()
/** Fields in which somebody typed: what stands in them must not leave by another way. */
const typed = new Set<Field>()
let sight: IntersectionObserver

/** Tells which forms were seen, sent, and left after somebody had typed in them. Never what was typed. */
export function watchForms(): void {
  sight = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) if (isIntersecting) see(target as HTMLFormElement)
  })
  findForms()
  on(document, 'input', (event) => {
    const field = elementOf(event, 'input,textarea,select') as Field | undefined
    if (!field) return
    if (typed.size < MAX_FIELDS) typed.add(field)
    const { form } = field
    if (!form || isLeftOut(form)) return
    see(form)
    begun.set(form, (attribute(field, 'name') || attribute(field, 'id') || field.type).slice(0, 100))
  })
  on(document, 'submit', ({ target }) => {
    const form = target as HTMLFormElement
    begun.delete(form)
    if (!isLeftOut(form)) tell('form_submitted', form)
  })
  // Whoever reads the fields without a submit (form.submit(), an autosave) keeps what was typed.
  on(document, 'formdata', ({ target }) => begun.delete(target as HTMLFormElement))
}

/** Forms come and go with what a page shows, so that they are looked for every few seconds. */
export function findForms(): void {
  for (const form of document.forms) {
    if (found.has(form) || isLeftOut(form)) continue
    found.add(form)
    sight.observe(form)
  }
  for (const form of found) {
    if (form.isConnected) continue
    found.delete(form)
    leave(form)
  }
}

/** The page is being left, and its forms with it. */
export function leaveForms(): void {
  for (const form of begun.keys()) leave(form)
}

/** A text without what somebody typed on this page. */
export function withoutTyped(text: string): string {
  let clean = text
  for (const { value } of typed) if (value.length > 2) clean = clean.split(value).join('*')
  return clean
}

function see(form: HTMLFormElement): void {
  if (seen.has(form)) return
  seen.add(form)
  tell('form_viewed', form)
}

function leave(form: HTMLFormElement): void {
  const field = begun.get(form)
  begun.delete(form)
  if (field) tell('form_abandoned', form, field)
}

function tell(name: string, form: HTMLFormElement, field?: string): void {
  const action = attribute(form, 'action')
  track(name, { form: attribute(form, 'id') || attribute(form, 'name') || (action && place(action)) || 'form', field })
}

/** Not form.id: a field that is called "id" would answer. */
const attribute = (element: Element, name: string): string => element.getAttribute(name) ?? ''

const isLeftOut = (form: Element): boolean => form.closest('[data-no-track]') !== null
