import { maskPath, on, place, quietly } from './page.ts'
import { push } from './queue.ts'
import { forgetSession, saveSession, session } from './session.ts'

let isHash: boolean
let path: string

/** Where the visitor is: the path alone, never query or fragment. */
export const currentPath = (): string => path

/** Tells of this page, and of those that it shows without a load; `leave` is called before each of these. */
export function watchViews(spa: string | undefined, leave: () => void): void {
  isHash = spa === 'hash'
  view(document.referrer)
  on(window, 'pageshow', (event) => {
    if (!(event as PageTransitionEvent).persisted) return
    forgetSession()
    view('')
  })
  if (spa === 'off') return
  watchHistory(() => {
    if (here() === path) return
    leave()
    view('')
  })
}

function watchHistory(look: () => void): void {
  for (const name of ['pushState', 'replaceState'] as const) {
    const change = history[name]
    history[name] = function (...args) {
      change.apply(this, args)
      quietly(look)
    }
  }
  on(window, 'popstate hashchange', look)
}

const here = (): string => maskPath(isHash ? location.hash.slice(1) || '/' : location.pathname)

function view(referrer: string): void {
  const before = referrer && place(referrer)
  const isOwn = before[0] === '/'
  const current = session()
  path = here()
  push({
    type: 'page',
    path,
    from: current.path ?? (isOwn ? before : undefined),
    referrer: before && !isOwn ? before.split('/')[0] : undefined,
  })
  current.path = path
  saveSession()
}
