/** <details> menus: one at a time (by name), closed by a click elsewhere and by Esc, which gives the focus back. */
export function startMenus(): void {
  document.addEventListener('click', (event) => {
    for (const menu of openMenus()) if (!menu.contains(event.target as Node)) menu.open = false
  })
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') for (const menu of openMenus()) closeMenu(menu)
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') moveInMenu(event)
  })
}

const openMenus = () => [...document.querySelectorAll<HTMLDetailsElement>('details[data-menu][open]')]

function closeMenu(menu: HTMLDetailsElement): void {
  const inside = menu.contains(document.activeElement)
  menu.open = false
  if (inside) menu.querySelector('summary')?.focus()
}

/** Arrows walk through an open menu; not in its date fields, where they change the day. */
function moveInMenu(event: KeyboardEvent): void {
  const active = document.activeElement
  const menu = active?.closest<HTMLDetailsElement>('details[data-menu][open]')
  if (!menu || active instanceof HTMLInputElement) return
  const items = [...menu.querySelectorAll<HTMLElement>('.q-menu-item')]
  const step = event.key === 'ArrowDown' ? 1 : -1
  const next = items[(items.indexOf(active as HTMLElement) + step + items.length) % items.length]
  next?.focus()
  event.preventDefault()
}
