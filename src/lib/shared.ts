/** A load that hangs for so long (a connection gone silent, say) is given up: it must not hold up all who ask later. */
export const GIVEN_UP_MS = 15_000

/** Computations under way, by whose they are. */
const flights = new WeakMap<object, Map<string, Promise<unknown>>>()

/** Runs `load` once for all who ask for the same thing of the same owner while it is under way. */
export function shared<T>(owner: object, key: string, load: () => Promise<T>): Promise<T> {
  const mine = flights.get(owner) ?? new Map<string, Promise<unknown>>()
  flights.set(owner, mine)
  const known = mine.get(key) as Promise<T> | undefined
  if (known) return known
  const flight = load().finally(() => mine.delete(key))
  mine.set(key, flight)
  return flight
}
