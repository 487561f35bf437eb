/** The command palette's state (Alpine.data): what was typed, what matches, which one is chosen. */
import type { PaletteData, PaletteItem } from '../views/parts/types.ts'

const most = 40

interface Row {
  id: string
  look: string
  heading: string
  title: string
  note: string
  keys: string
  href: string
  selected: string
}

/** Loaded once, on the first opening. */
export function palette() {
  return {
    query: '',
    chosen: 0,
    items: [] as PaletteItem[],
    failed: false,

    get found(): PaletteItem[] {
      return grouped(ranked(this.items, this.query)).slice(0, most)
    },
    get rows(): Row[] {
      const active = Math.min(this.chosen, this.found.length - 1)
      return this.found.map((item, index, all) => rowOf(item, index, index === active, all[index - 1]?.group))
    },
    get activeId(): string {
      return this.rows.find((row) => row.selected === 'true')?.id ?? ''
    },
    get count(): string {
      if (this.failed) return 'The list could not be loaded'
      return `${this.found.length} of ${this.items.length}`
    },

    async open() {
      this.query = ''
      this.chosen = 0
      if (this.items.length > 0) return
      try {
        const answer = await fetch('/dashboard/palette.json')
        this.items = ((await answer.json()) as PaletteData).items
        this.failed = false
      } catch {
        this.failed = true
      }
    },
    onKey(event: KeyboardEvent) {
      const last = this.found.length - 1
      if (event.key === 'ArrowDown') this.chosen = this.chosen >= last ? 0 : this.chosen + 1
      else if (event.key === 'ArrowUp') this.chosen = this.chosen <= 0 ? last : this.chosen - 1
      else if (event.key === 'Enter') return go(this.found[Math.min(this.chosen, last)], event)
      else {
        this.chosen = 0
        return
      }
      event.preventDefault()
      requestAnimationFrame(() => document.querySelector('.q-row-on')?.scrollIntoView({ block: 'nearest' }))
    },
  }
}

function go(item: PaletteItem | undefined, event: KeyboardEvent): void {
  if (!item) return
  event.preventDefault()
  if (event.metaKey || event.ctrlKey) window.open(item.href, '_blank', 'noopener')
  else location.assign(item.href)
}

const rowOf = (item: PaletteItem, index: number, on: boolean, groupBefore?: string): Row => ({
  id: `palette-${index}`,
  look: `q-row-found${on ? ' q-row-on' : ''}${item.group === groupBefore ? '' : ' q-row-first'}`,
  heading: item.group,
  title: item.title,
  note: item.note ?? '',
  keys: item.keys ?? '',
  href: item.href,
  selected: on ? 'true' : 'false',
})

/** A name that begins with the words comes before one that holds them, and that before a note. */
function ranked(items: PaletteItem[], query: string): PaletteItem[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0) return items
  return items
    .map((item) => ({ item, score: scoreOf(item, words) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .map(({ item }) => item)
}

function scoreOf(item: PaletteItem, words: string[]): number {
  const title = item.title.toLowerCase()
  const note = (item.note ?? '').toLowerCase()
  let score = 0
  for (const word of words) {
    if (title.startsWith(word)) score += 4
    else if (title.includes(` ${word}`)) score += 3
    else if (title.includes(word)) score += 2
    else if (note.includes(word)) score += 1
    else return 0
  }
  return score
}

/** Groups stay together, in the order of their best match. */
function grouped(items: PaletteItem[]): PaletteItem[] {
  const names = [...new Set(items.map((item) => item.group))]
  return names.flatMap((name) => items.filter((item) => item.group === name))
}
