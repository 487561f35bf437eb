import { whyNotChange } from '../auth/guards.ts'
import { scopeOf } from '../auth/scope.ts'
import type { Deps } from '../context.ts'
import type { AdminWho } from '../env.ts'
import { countUsers } from './count.ts'
import type { Draft } from './form.ts'
import { type ReadDraft, ruleOfDraft } from './form.ts'
import { conditionsOf } from './rule.ts'
import { sentenceOf } from './sentence.ts'
import { refuseHidden } from './store.ts'

/** What the editor shows beside what was typed. */
export interface Preview {
  read: ReadDraft
  /** The rule in words; absent while it is not whole. */
  sentence?: string
  /** How many users it holds for; 'slow' = counting takes too long. */
  users?: number | 'slow'
  /** Of which tenant; absent = of all. */
  tenant?: string
}

/** The rule of a draft in words, and how many it holds for now. */
export async function previewOf(deps: Deps, admin: AdminWho, draft: Draft): Promise<Preview> {
  const read = ruleOfDraft(draft)
  if (!read.ok) return { read }
  refuseHidden(deps, conditionsOf(read.rule))
  const scope = scopeOf(admin)
  const users = await countUsers(deps, { rule: read.rule, tenants: admin.tenants }, scope)
  const sentence = sentenceOf(read.rule, deps.config)
  return { read, sentence, users: users ?? 'slow', ...(scope !== '*' && { tenant: scope }) }
}

/** Why an admin cannot make or change segments; undefined = they can. */
export function whyNoSegments(deps: Pick<Deps, 'config'>, admin: AdminWho): string | undefined {
  return whyNotChange(deps, admin, 'operator')
}
