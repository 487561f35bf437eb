/** Where a function of a few numbers is least, and how much it is there. */
export interface Least {
  at: number[]
  value: number
}

const STEP = 0.6
/** So small a difference between the corners is none. */
const TOLERANCE = 1e-7

/**
 * Looks for the least value of a function near a start, without its slope: the simplex of Nelder and Mead (1965), which
 * walks, stretches and shrinks a figure of n + 1 corners.
 */
export function leastOf(of: (at: number[]) => number, start: readonly number[], mostSteps = 240): Least {
  const corner = (at: number[]): Least => ({ at, value: of(at) })
  let corners = [[...start], ...start.map((_, i) => start.map((x, j) => (i === j ? x + STEP : x)))].map(corner)
  if (start.length === 0) return corners[0] as Least
  for (let step = 0; step < mostSteps; step++) {
    corners.sort((a, b) => a.value - b.value)
    const [best, worst] = [corners[0] as Least, corners.at(-1) as Least]
    if (worst.value - best.value <= TOLERANCE * (Math.abs(best.value) + TOLERANCE)) break
    const rest = corners.slice(0, -1)
    const middle = start.map((_, i) => rest.reduce((sum, { at }) => sum + (at[i] as number), 0) / rest.length)
    const towards = (by: number) => corner(middle.map((m, i) => m + by * (m - (worst.at[i] as number))))
    const next = better(towards, best, rest.at(-1) as Least, worst)
    corners = next
      ? [...rest, next]
      : corners.map((one) => (one === best ? one : corner(one.at.map((x, i) => (x + (best.at[i] as number)) / 2))))
  }
  return corners.reduce((a, b) => (b.value < a.value ? b : a))
}

/** What takes the place of the worst corner; undefined: the figure shrinks. */
function better(towards: (by: number) => Least, best: Least, second: Least, worst: Least): Least | undefined {
  const mirrored = towards(1)
  if (mirrored.value < best.value) {
    const stretched = towards(2)
    return stretched.value < mirrored.value ? stretched : mirrored
  }
  if (mirrored.value < second.value) return mirrored
  const outside = mirrored.value < worst.value
  const drawn = towards(outside ? 0.5 : -0.5)
  return drawn.value < Math.min(mirrored.value, worst.value) ? drawn : undefined
}
