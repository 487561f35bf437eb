/**
 * Remembers the `max` most recently used values, or a few more: two generations, of which the older one is dropped whole
 * when the younger one is full. A hit costs one look-up, where keeping the exact order would cost a delete and an insert.
 */
export class Lru<V> {
  private young = new Map<string, V>()
  private old = new Map<string, V>()

  constructor(private readonly max: number) {}

  /** The remembered value of `key`, made and remembered on first use. */
  of(key: string, make: (key: string) => V): V {
    const known = this.young.get(key)
    if (known !== undefined) return known
    const value = this.old.get(key) ?? make(key)
    if (this.young.size >= this.max) {
      this.old = this.young
      this.young = new Map()
    }
    this.young.set(key, value)
    return value
  }
}
