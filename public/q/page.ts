/** Listens without ever throwing into the page, before the page's own listeners can stop an event. */
export function on(target: EventTarget, types: string, listen: (event: Event) => void): void {
  for (const type of types.split(' ')) {
    const listener = (event: Event) => quietly(() => listen(event))
    target.addEventListener(type, listener, { capture: true, passive: true })
  }
}

/** What fails here is nobody's matter. */
export function quietly(act: () => void): void {
  try {
    act()
  } catch {}
}

/** Not randomUUID: pages served by http have none. */
export const randomId = (): string => crypto.getRandomValues(new Uint32Array(3)).join('-')

/** Of a path's parts, what looks like an e-mail address, a UUID or a token does not leave the browser. */
export const maskPath = (path: string): string =>
  path
    .split(/[?#]/)[0]!
    .replace(/[^/]+/g, (part) => (SECRET.test(part) ? '*' : part))
    .slice(0, 500)

// A token is long and has a digit; one with hyphens has capitals as well, or else it is the title of an article.
const SECRET = /@|%40|^[\da-f]{8}-[\da-f-]{27}$|^(?=.*\d)(\w{20,}|(?=.*[A-Z])[\w.~-]{20,})$/

/** The path of an address of this site; of another's with its host before it. Query and fragment are left out. */
export function place(address: string): string {
  try {
    const { origin, host, pathname } = new URL(address, location.href)
    return (origin === location.origin ? '' : host) + maskPath(pathname)
  } catch {
    return ''
  }
}

/** The first element of an event's path that fits, even within shadow roots. */
export const elementOf = (event: Event, selector: string): Element | undefined =>
  (event.composedPath() as Partial<Element>[]).find((element) => element.matches?.(selector)) as Element | undefined
