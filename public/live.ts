/**
 * Polls the live regions: one request each, only while Auto is on and the tab is seen. The ETag is ours to send, so an
 * unchanged answer is a bare 304 and touches nothing. A failed poll leaves the numbers and says why they are stale.
 */
import htmx from 'htmx.org'
import { markUpdated } from './clock.ts'
import { autoIsOn } from './preferences.ts'

interface Exchange {
  sourceElement: HTMLElement
  request: { headers: Record<string, string>; cache?: string; timeout?: number }
  response?: { status: number; headers: Headers; raw: Response }
}

interface Region {
  etag?: string
  lastMs: number
  /** Which part of the interval passes before a poll. */
  share: number
  busy: boolean
  said?: string
}

const regions = new WeakMap<Element, Region>()
const timeoutMs = 15_000
let paused = false

/** Starts the clock of all [data-live] regions. */
export function startPolling(): void {
  for (const region of liveRegions()) stateOf(region)
  setInterval(() => pollDue(), 1000)
  document.addEventListener('visibilitychange', () => pollDue())
  on('htmx:config:request', prepare)
  on('htmx:before:response', refuseForeignPages)
  on('htmx:after:request', settle)
  on('htmx:error', ({ sourceElement }) => fail(sourceElement, navigator.onLine ? 'No answer' : 'You are offline'))
  on('htmx:finally:request', ({ sourceElement }) => {
    if (regions.has(sourceElement)) stateOf(sourceElement).busy = false
  })
  on('htmx:after:swap', ({ sourceElement }) => announce(sourceElement))
}

/** Asks now, whatever the switch says: the refresh button and R. A page without live parts is loaded again. */
export function refreshNow(): void {
  const all = liveRegions()
  if (all.length === 0) location.reload()
  for (const region of all) poll(region)
}

/** Holds this page still while it is read; unlike the Auto switch nothing is kept. False where nothing can be paused. */
export function togglePause(): boolean {
  const buttons = document.querySelectorAll<HTMLElement>('[data-action="pause"]')
  if (buttons.length === 0) return false
  paused = !paused
  for (const button of buttons) button.setAttribute('aria-pressed', String(paused))
  say(paused ? 'Paused. Nothing moves until you resume.' : 'Resumed.')
  if (!paused) refreshNow()
  return true
}

const liveRegions = () => [...document.querySelectorAll<HTMLElement>('[data-live]')]

function stateOf(region: HTMLElement): Region {
  let state = regions.get(region)
  if (!state) {
    state = {
      etag: region.dataset.etag,
      lastMs: Date.now(),
      share: shareOfInterval(),
      busy: false,
      said: wordsOf(region),
    }
    regions.set(region, state)
  }
  return state
}

/**
 * A little early: the answer is on the page by the time that was promised, and tabs that were opened together do not
 * ask together for ever.
 */
const shareOfInterval = () => 0.9 + 0.06 * Math.random()

function pollDue(): void {
  if (document.hidden || paused || !autoIsOn()) return
  for (const region of liveRegions()) {
    const { lastMs, share } = stateOf(region)
    if (Date.now() - lastMs >= Number(region.dataset.live) * 1000 * share) poll(region)
  }
}

function poll(region: HTMLElement): void {
  const state = stateOf(region)
  if (state.busy) return
  state.busy = true
  state.lastMs = Date.now()
  htmx.trigger(region, 'qd:poll')
}

/** no-store: with our own If-None-Match the 304 reaches us instead of being hidden by the browser's cache. */
function prepare({ sourceElement, request }: Exchange): void {
  if (!regions.has(sourceElement)) return
  request.cache = 'no-store'
  request.timeout = timeoutMs
  const { etag } = stateOf(sourceElement)
  if (etag) request.headers['If-None-Match'] = etag
}

/** A redirect (to the sign-in page) is followed silently by fetch; its page must not land in the region. */
function refuseForeignPages({ sourceElement, response }: Exchange, event: Event): void {
  if (!regions.has(sourceElement) || !response?.raw.redirected) return
  event.preventDefault()
  fail(sourceElement, 'Signed out: load the page again')
}

function settle({ sourceElement, response }: Exchange): void {
  if (!regions.has(sourceElement) || !response) return
  if (response.status >= 400) {
    fail(sourceElement, reasonFor(response.status))
    return
  }
  const etag = response.headers.get('etag')
  if (etag && response.status === 200) stateOf(sourceElement).etag = etag
  showStale(null)
  markUpdated()
}

function reasonFor(status: number): string {
  if (status === 401 || status === 403) return 'Signed out: load the page again'
  if (status === 429) return 'Too many requests, trying again'
  if (status === 503) return 'The database does not answer'
  return `The server answered ${status}`
}

function fail(region: HTMLElement, reason: string): void {
  if (regions.has(region)) showStale(reason)
}

function showStale(reason: string | null): void {
  const line = document.getElementById('updated')
  const mark = line?.querySelector<HTMLElement>('.q-updated-stale')
  const text = line?.querySelector('[data-stale-reason]')
  if (!line || !mark || !text) return
  if (reason !== null && mark.hidden) say(`These numbers are no longer refreshed. ${reason}.`)
  mark.hidden = reason === null
  text.textContent = reason ?? ''
  line.classList.toggle('q-is-stale', reason !== null)
}

const wordsOf = (region: Element): string =>
  [...region.querySelectorAll<HTMLElement>('[data-say]')].map((one) => one.dataset.say).join(' ')

/** Speaks what matters, when it changed; polled regions themselves are not live for screen readers. */
function announce(region: HTMLElement): void {
  if (!regions.has(region)) return
  const state = stateOf(region)
  const words = wordsOf(region)
  if (words && words !== state.said) say(words)
  state.said = words
}

function say(words: string): void {
  const status = document.getElementById('status')
  if (status) status.textContent = words
}

function on(name: string, act: (exchange: Exchange, event: Event) => void): void {
  document.addEventListener(name, (event) => {
    const exchange = (event as CustomEvent<{ ctx?: Exchange }>).detail?.ctx
    if (exchange) act(exchange, event)
  })
}
