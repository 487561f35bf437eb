import type { Told } from './facts.ts'
import type { AppUser, Store } from './store.ts'

/** What an action comes to, before anything is done. */
export interface Intent {
  /** In a dry run. */
  would: string
  done: string
  changes: { label: string; now: string | number | null; after: string | number | null }[]
  undo?: { action: string; fields: Record<string, string | number> }
  /** Does it; what it answers stands in the answer too. */
  apply: () => Record<string, unknown> | undefined
}

/** It cannot be done, and why. */
export interface Refused {
  status: 404 | 409 | 422
  detail: string
  field?: string
}

export interface Asked {
  store: Store
  user: AppUser
  fields: Record<string, string | number>
  by: string
  nowMs: number
  /** Where this product is, for links. */
  home: string
  tell: (facts: Told[]) => void
}

export type Act = (asked: Asked) => Intent | Refused

export const refuse = (status: Refused['status'], detail: string, field?: string): Refused => ({
  status,
  detail,
  ...(field && { field }),
})
