import { onCLS, onFCP, onINP, onLCP, onTTFB } from 'web-vitals'
import { on, randomId } from './page.ts'
import { push } from './queue.ts'

/** How fast the page was, by its path at load. Those which change until the page is left come again with the same id. */
export function watchVitals(path: string): void {
  const load = randomId()
  const since = Math.round(performance.timeOrigin)
  const tell = (name: string, value: number, more: { id: string; rating?: string; navigation?: string }) =>
    push({ type: 'vital', name, value: Math.round(value * 1e4) / 1e4, path, since, ...more })

  for (const measure of [onLCP, onINP, onCLS, onFCP, onTTFB])
    measure(({ id, name, value, rating, navigationType: navigation }) => tell(name, value, { id, rating, navigation }))

  const [entry] = performance.getEntriesByType('navigation') as (PerformanceNavigationTiming & {
    activationStart?: number
  })[]
  const start = entry?.activationStart ?? 0
  const navigation = entry?.type.replace('_', '-')
  const tellLoad = () => {
    if (entry?.loadEventEnd) tell('LOAD', Math.max(0, entry.loadEventEnd - start), { id: `${load}-load`, navigation })
  }
  // The event's end is known after it.
  if (document.readyState === 'complete') tellLoad()
  else on(window, 'load', () => setTimeout(tellLoad))

  let isUsed = false
  on(document, 'pointerdown keydown', ({ timeStamp, isTrusted }) => {
    if (isUsed || !isTrusted) return
    isUsed = true
    tell('TTI', Math.max(0, timeStamp - start), { id: `${load}-tti`, navigation })
  })
}
