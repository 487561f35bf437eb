/** Small letters, digits and hyphens of a name, as addresses have them; '' where nothing is left of it. */
export function slugOf(name: string, max = 60): string {
  const plain = name.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()
  return plain
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, max)
    .replace(/^-+|-+$/g, '')
}

/** The same where ids are numbers: never only digits, and never nothing. */
export function wordSlug(name: string, thing: string): string {
  const slug = slugOf(name)
  return slug === '' || /^\d+$/.test(slug) ? `${thing}${slug && `-${slug}`}` : slug
}

/** The first of "x", "x-2", "x-3" … that is not taken. */
export function freeName(wanted: string, taken: ReadonlySet<string>): string {
  if (!taken.has(wanted)) return wanted
  for (let n = 2; ; n++) if (!taken.has(`${wanted}-${n}`)) return `${wanted}-${n}`
}
