import { elementOf, on } from './page.ts'
import { push } from './queue.ts'
import { currentPath } from './views.ts'

const MAX_PROPERTIES_CHARS = 4_096

/** Tells of something that the user did, by its name. Properties which are too many are left out. */
export function track(name: string, given?: Record<string, unknown>): void {
  const properties = given && JSON.stringify(given).length <= MAX_PROPERTIES_CHARS ? given : undefined
  push({ type: 'track', name: String(name).slice(0, 200), path: currentPath(), properties })
}

/** Clicks on what is marked with data-track, by the name that the mark gives them. What is written there is not read. */
export function watchClicks(): void {
  on(document, 'click', (event) => {
    const name = elementOf(event, '[data-track]')?.getAttribute('data-track')
    if (name) track(name, { via: 'click' })
  })
}
