import { READ_ONLY, whyNotRole } from '../auth/guards.ts'
import type { Deps } from '../context.ts'
import type { AdminWho } from '../env.ts'
import { type Settling, settle } from '../lib/settle.ts'
import { catalogueOf, freshCatalogue } from './catalogue.ts'
import type { Draft } from './draft.ts'
import { type CheckedDraft, checkDraft, type Preview, previewOf } from './preview.ts'

export const NEW_PATH = '/dashboard/metrics/new'
export const editPath = (key: string): string => `/dashboard/metrics/${encodeURIComponent(key)}/edit`

/** Why an admin cannot change custom metrics; undefined = they can. */
export function whyNot({ config }: Pick<Deps, 'config'>, admin: AdminWho): string | undefined {
  if (config.readOnly) return READ_ONLY
  if (admin.tenants !== null) return 'Custom metrics are of all tenants; your access is bound to some.'
  return whyNotRole(admin, 'operator')
}

export interface Shown {
  checked: CheckedDraft
  preview: Awaited<ReturnType<typeof settle<Preview>>> | undefined
}

/** A draft with its check and, where it is valid, the last 30 days of it. */
export async function showDraft(deps: Deps, settling: Settling, scope: string, draft: Draft): Promise<Shown> {
  await freshCatalogue(deps)
  const checked = checkDraft(deps, draft)
  const { formula } = checked
  if (!formula) return { checked, preview: undefined }
  const key = [scope, catalogueOf(deps).version, checked.text].join('|')
  const preview = await settle(settling, 'formula-preview', () => previewOf(deps, scope, formula), { key })
  return { checked, preview }
}
