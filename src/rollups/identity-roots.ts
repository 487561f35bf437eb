/** Says that an id is another's: the id of an identity, and the user it was told to be. */
export interface Edge {
  id: string
  userId: string
}

/**
 * The user at the end of each id's chain. An id that was told to be itself is one; of ids that were told to be each
 * other in a circle it is the smallest, a choice that does not ask who was told first.
 */
export function rootsOf(edges: readonly Edge[]): Map<string, string> {
  const next = new Map(edges.map(({ id, userId }) => [id, userId]))
  const roots = new Map<string, string>()
  for (const { id } of edges) {
    const path = new Set<string>()
    let at = id
    while (next.has(at) && !roots.has(at) && !path.has(at)) {
      path.add(at)
      at = next.get(at)!
    }
    const root = roots.get(at) ?? (path.has(at) ? smallest(circleFrom(path, at)) : at)
    for (const one of path) roots.set(one, root)
  }
  return roots
}

function circleFrom(path: Set<string>, start: string): string[] {
  const ids = [...path]
  return ids.slice(ids.indexOf(start))
}

const smallest = (ids: string[]): string => [...ids].sort()[0]!
