import { type DocPage, type DocSection, docHref } from './define.ts'

export interface DocHit {
  page: DocPage
  section: DocSection
  href: string
  /** The sentence in which it is found. */
  excerpt: string
}

const LONGEST = 180

/** Sections in which every word is found, those first that have them in their title. */
export function searchDocs(pages: readonly DocPage[], search: string): DocHit[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0) return []
  const hits = pages.flatMap((page) =>
    page.sections.flatMap((section) => {
      const title = `${page.title} ${section.title}`.toLowerCase()
      const text = plainText(section.text)
      const all = `${title} ${text.toLowerCase()}`
      if (!words.every((word) => all.includes(word))) return []
      const score = words.filter((word) => title.includes(word)).length
      return [{ page, section, href: docHref(page.slug, section.id), excerpt: excerptOf(text, words), score }]
    }),
  )
  return hits.sort((a, b) => b.score - a.score).map(({ score: _, ...hit }) => hit)
}

/** A small Markdown without its marks. */
const plainText = (text: string): string =>
  text
    .replace(/```\w*/g, ' ')
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/\*\*|`/g, '')
    .replace(/\s+/g, ' ')
    .trim()

function excerptOf(text: string, words: readonly string[]): string {
  const found = words.map((word) => text.toLowerCase().indexOf(word)).filter((at) => at >= 0)
  const at = Math.min(...found, text.length)
  const from = at === text.length ? 0 : Math.max(0, text.lastIndexOf('. ', at) + 1)
  const part = text.slice(from).trim()
  if (part.length <= LONGEST) return part
  return `${part.slice(0, part.lastIndexOf(' ', LONGEST))} …`
}
