/** Remembers the `max` most recently used values: a Map keeps insertion order, so the first key is the oldest. */
export class Lru<V> {
  private readonly values = new Map<string, V>()

  constructor(private readonly max: number) {}

  /** The remembered value of `key`, made and remembered on first use. */
  of(key: string, make: (key: string) => V): V {
    let value = this.values.get(key)
    if (value === undefined) value = make(key)
    else this.values.delete(key)
    this.values.set(key, value)
    if (this.values.size > this.max) this.values.delete(this.values.keys().next().value!)
    return value
  }
}
