import type { Plan } from './store.ts'

/** A feature that is there, and for whom. */
export interface AppFlag {
  name: string
  label: string
  description: string
  state: 'on' | 'off' | 'percentage' | 'tenants'
  percentage?: number
  tenants?: string[]
  changed?: Changed
}

/** How many of something a plan may have in a time. */
export interface AppRateLimit {
  plan: string
  name: string
  label: string
  limit: number
  perSeconds: number
  changed?: Changed
}

/** When it was changed last, and by whom. */
export interface Changed {
  atMs: number
  by: string
}

/** What holds for everybody at once. */
export interface AppConfig {
  flags: AppFlag[]
  maintenance: { on: boolean; message: string; changed?: Changed }
  rateLimits: AppRateLimit[]
}

/** The first day of a product with these plans: the more one pays, the more one may. */
export function firstConfig(plans: readonly Plan[]): AppConfig {
  return {
    flags: [
      {
        name: 'new_editor',
        label: 'New editor',
        description: 'Blocks that can be dragged, in place of the form.',
        state: 'percentage',
        percentage: 25,
      },
      {
        name: 'ai_images',
        label: 'Pictures by AI',
        description: 'A picture from a sentence, in every image field.',
        state: 'on',
      },
      {
        name: 'team_comments',
        label: 'Comments in teams',
        description: 'Remarks on a page, answered by those who share it.',
        state: 'tenants',
        tenants: ['acme'],
      },
      {
        name: 'dark_sites',
        label: 'Dark sites',
        description: 'A second palette for sites that are read at night.',
        state: 'off',
      },
    ],
    maintenance: { on: false, message: '' },
    rateLimits: plans.flatMap(({ id }, i) => [
      { plan: id, name: 'requests', label: 'API requests', limit: 60 * 4 ** i, perSeconds: 60 },
      { plan: id, name: 'ai_calls', label: 'AI calls', limit: 20 * 4 ** i, perSeconds: 3_600 },
    ]),
  }
}

/** The same as Quarterdeck’s contract wants it. */
export const toldConfig = ({ flags, maintenance, rateLimits }: AppConfig) => ({
  flags: flags.map(({ changed, ...flag }) => ({ ...flag, ...toldChange(changed) })),
  maintenance: {
    on: maintenance.on,
    ...(maintenance.message !== '' && { message: maintenance.message }),
    ...toldChange(maintenance.changed),
  },
  rate_limits: rateLimits.map(({ changed, perSeconds, ...limit }) => ({
    ...limit,
    per_seconds: perSeconds,
    ...toldChange(changed),
  })),
})

const toldChange = (changed: Changed | undefined) =>
  changed ? { changed_at: new Date(changed.atMs).toISOString(), changed_by: changed.by } : {}
