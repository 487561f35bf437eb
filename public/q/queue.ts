import { randomId } from './page.ts'
import { endSession, saveSession, session } from './session.ts'
import type { Settings } from './settings.ts'

export interface Item {
  type: string
  id?: string
  [field: string]: unknown
}

interface Batch {
  session: string
  user?: string
  items: Item[]
  isUnderWay?: boolean
}

/** Of what cannot be sent, the newest batches are kept. */
const MAX_BATCHES = 10
/** Well below the 64 KB that a browser lets a page send while it is being left. */
const BATCH_ITEMS = 40
/** The same of items with many properties: one more of the largest has 15,000. */
const BATCH_BYTES = 45_000
/** 10 s after the first failure, five minutes in the end. */
const RETRY_MS = 5_000
const MAX_DOUBLINGS = 6

let settings: Settings
let items: Item[] = []
let bytes = 0
let batches: Batch[] = []
let failures = 0
let retryAt = 0
const load = randomId()
let count = 0

export function openQueue(given: Settings): void {
  settings = given
}

/** Puts something in line; what has the id of something that waits takes its place. */
export function push(item: Item): void {
  const queued = { id: `${load}-${++count}`, at: Date.now(), ...item }
  bytes += new TextEncoder().encode(JSON.stringify(queued)).length
  items = items.filter(({ id }) => id !== queued.id)
  items.push(queued)
  session()
  if (items.length >= BATCH_ITEMS || bytes > BATCH_BYTES) pack()
  // What is measured as the page is being left comes one by one: once this turn is over they go together.
  if (document.visibilityState === 'hidden') Promise.resolve().then(() => flush(true))
}

/** What was done so far is the earlier user's. */
export function changeUser(user: string | undefined): void {
  if (user === settings.user) return
  const before = settings.user
  if (before) pack()
  settings.user = user
  if (before) endSession()
}

/** Sends what waits; `now`: whether or not it is time to try again. */
export function flush(now?: boolean): void {
  pack()
  if (!now && Date.now() < retryAt) return
  for (const batch of batches) if (!batch.isUnderWay) send(batch)
}

function pack(): void {
  if (!items.length) return
  const { user } = settings
  // The page has no user where it had one: somebody has signed out.
  if (!user && session().known) endSession()
  const current = session()
  // What the visitor did before they signed in is theirs.
  if (user && current.known === 0) items.push({ type: 'identify' })
  current.known = user ? 1 : 0
  saveSession()
  batches.push({ session: current.id, user, items })
  batches = batches.slice(-MAX_BATCHES)
  items = []
  bytes = 0
}

/**
 * As text/plain, which text is sent as, so that the browser does not ask the server first. By fetch before sendBeacon: it sends no cookies, tells
 * what came of it, and names the page's origin even where its referrer policy makes browsers hide it in beacons.
 */
function send(batch: Batch): void {
  const { key, url, tenant, release } = settings
  const { session, user, items } = batch
  const body = JSON.stringify({ key, sentAt: Date.now(), session, user, tenant, release, items })
  if (!('keepalive' in Request.prototype)) {
    if (navigator.sendBeacon(url, body)) drop(batch)
    return
  }
  batch.isUnderWay = true
  fetch(url, { method: 'POST', body, keepalive: true, credentials: 'omit' })
    .then(({ status }) => settle(batch, status !== 429 && status < 500))
    .catch(() => settle(batch, false))
}

/** Sent again it has the same ids, so that nothing counts twice. A refusal is final. */
function settle(batch: Batch, isDone: boolean): void {
  batch.isUnderWay = false
  failures = isDone ? 0 : Math.min(failures + 1, MAX_DOUBLINGS)
  retryAt = isDone ? 0 : Date.now() + RETRY_MS * 2 ** failures
  if (isDone) drop(batch)
}

function drop(batch: Batch): void {
  batches = batches.filter((other) => other !== batch)
}
