/** A time of which a metric is asked: after `low`, up to and with `high`. */
export interface Span {
  low: Date
  high: Date
}

/** Spans of time, each once, by their place. */
export class Spans {
  readonly all: (Span & { i: number })[] = []
  private readonly places = new Map<string, number>()

  place(span: Span): number {
    const key = `${span.low.getTime()} ${span.high.getTime()}`
    const known = this.places.get(key)
    if (known !== undefined) return known
    const i = this.all.length
    this.all.push({ ...span, i })
    this.places.set(key, i)
    return i
  }

  filter(holds: (span: Span) => boolean): (Span & { i: number })[] {
    return this.all.filter(holds)
  }
}
