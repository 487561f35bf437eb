/** /q.js: what a product's pages tell Quarterdeck. No cookies, nothing kept beyond the tab, nothing that was typed. */
import { watchErrors } from './errors.ts'
import { findForms, leaveForms, watchForms } from './forms.ts'
import { on, quietly } from './page.ts'
import { changeUser, flush, openQueue } from './queue.ts'
import { readSettings, type Settings } from './settings.ts'
import { track, watchClicks } from './track.ts'
import { currentPath, watchViews } from './views.ts'
import { watchVitals } from './vitals.ts'

declare global {
  interface Window {
    quarterdeck?: {
      /** Says who the visitor is; without an id, that they signed out. */
      identify(id?: string | number | null): void
      /** Tells of something that the user did. */
      track(name: string, properties?: Record<string, unknown>): void
    }
  }
}

const FLUSH_MS = 5_000

function start(settings: Settings): void {
  openQueue(settings)
  watchErrors()
  watchViews(settings.spa, leaveForms)
  watchVitals(currentPath())
  watchClicks()
  watchForms()
  // After those of web-vitals, which takes its last measures as the page is hidden.
  on(document, 'visibilitychange', () => document.visibilityState === 'hidden' && flush(true))
  on(window, 'pagehide', () => {
    leaveForms()
    flush(true)
  })
  setInterval(() => {
    quietly(findForms)
    quietly(flush)
  }, FLUSH_MS)
}

quietly(() => {
  if (window.quarterdeck) return
  const settings = readSettings()
  window.quarterdeck = {
    identify: (id) => quietly(() => settings && changeUser(id ? String(id) : undefined)),
    track: (name, properties) => quietly(() => settings && track(name, properties)),
  }
  if (!settings) return
  // A page that is loaded ahead of its visitor is no view yet.
  if ((document as Document & { prerendering?: boolean }).prerendering)
    document.addEventListener('prerenderingchange', () => quietly(() => start(settings)), { once: true })
  else start(settings)
})
