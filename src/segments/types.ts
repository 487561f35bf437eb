import type { Rule } from './rule.ts'

/** A rule that was kept under a name. */
export interface Segment {
  id: number
  /** In addresses; stays when the name changes. */
  slug: string
  name: string
  rule: Rule
  shared: boolean
  /** 'admin:ID' or 'key:ID' */
  owner: string
  /** Whose it is, by name. */
  by: string
  /** What its maker was bound to; null = nothing. */
  tenants: string[] | null
  updatedAt: Date
}
