/**
 * What can stand on the time axis, the most telling first: where there are too many flags, each kind in turn gets one.
 * `written` kinds can be entered by hand or by API, the others come from the tables alone.
 */
export const ANNOTATION_KINDS = {
  note: { letter: 'N', label: 'Notes', one: 'Note', written: true },
  price: { letter: 'P', label: 'Price changes', one: 'Price change', written: true },
  flag: { letter: 'F', label: 'Feature flags', one: 'Feature flag', written: true },
  campaign: { letter: 'C', label: 'Campaigns', one: 'Campaign', written: true },
  deploy: { letter: 'D', label: 'Deploys', one: 'Deploy', written: true },
  incident: { letter: 'I', label: 'Incidents', one: 'Incident', written: true },
  source: { letter: 'S', label: 'Sources away', one: 'Source away', written: false },
  admin: { letter: 'A', label: 'Admin actions', one: 'Admin action', written: false },
} as const satisfies Record<string, { letter: string; label: string; one: string; written: boolean }>

export type AnnotationKind = keyof typeof ANNOTATION_KINDS
export const ALL_ANNOTATION_KINDS = Object.keys(ANNOTATION_KINDS) as AnnotationKind[]

export type WrittenKind = {
  [K in AnnotationKind]: (typeof ANNOTATION_KINDS)[K]['written'] extends true ? K : never
}[AnnotationKind]
export const WRITTEN_KINDS = ALL_ANNOTATION_KINDS.filter((kind): kind is WrittenKind => ANNOTATION_KINDS[kind].written)

/** Which kinds a page shows, by its parameter `flags`: absent = all, 'none', or names with commas. */
export function shownKinds(text: string | undefined): AnnotationKind[] {
  if (!text) return ALL_ANNOTATION_KINDS
  const words = text.split(',')
  return ALL_ANNOTATION_KINDS.filter((kind) => words.includes(kind))
}
