/** What stands behind a number: on hover after 300 ms, on keyboard focus, on the first tap. */
const openAfterMs = 300
const closeAfterMs = 160

let openTimer = 0
let closeTimer = 0
let shown: HTMLElement | null = null

export function startPopovers(): void {
  document.addEventListener('pointerover', (event) => {
    if (event.pointerType === 'touch') return
    const link = anchorOf(event.target)
    const inside = shown?.contains(event.target as Node) || (link && aboutOf(link) === shown)
    if (inside) clearTimeout(closeTimer)
    else if (shown) closeSoon()
    clearTimeout(openTimer)
    if (link && aboutOf(link) !== shown) openTimer = window.setTimeout(() => show(link), openAfterMs)
  })
  document.addEventListener('focusin', (event) => {
    const link = anchorOf(event.target)
    if (link?.matches(':focus-visible')) show(link)
    else if (!shown?.contains(event.target as Node)) hide()
  })
  document.addEventListener('click', onTap, true)
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') hide()
  })
  addEventListener('scroll', () => hide(), { passive: true })
}

const anchorOf = (target: EventTarget | null): HTMLElement | null =>
  target instanceof Element ? target.closest<HTMLElement>('[data-about-for]') : null

const aboutOf = (link: HTMLElement): HTMLElement | null => document.getElementById(link.dataset.aboutFor ?? '')

/** The first tap answers, the link in the answer (or a second tap) goes there. */
function onTap(event: MouseEvent): void {
  const link = anchorOf(event.target)
  if (link && event instanceof PointerEvent && event.pointerType === 'touch' && aboutOf(link) !== shown) {
    event.preventDefault()
    show(link)
    return
  }
  if (shown && !shown.contains(event.target as Node)) hide()
}

function show(link: HTMLElement): void {
  const about = aboutOf(link)
  if (!about?.showPopover || !link.isConnected || about === shown) return
  hide()
  about.showPopover()
  place(about, link.getBoundingClientRect())
  shown = about
}

/** Under its number, or above where there is no room; never out of the window. */
function place(about: HTMLElement, anchor: DOMRect): void {
  const { offsetWidth: width, offsetHeight: height } = about
  const below = anchor.bottom + 6 + height <= innerHeight
  about.style.left = `${Math.max(12, Math.min(anchor.left, innerWidth - width - 12))}px`
  about.style.top = `${below ? anchor.bottom + 6 : Math.max(12, anchor.top - height - 6)}px`
}

function closeSoon(): void {
  clearTimeout(closeTimer)
  closeTimer = window.setTimeout(hide, closeAfterMs)
}

function hide(): void {
  clearTimeout(closeTimer)
  if (shown?.isConnected && shown.matches(':popover-open')) shown.hidePopover()
  shown = null
}
