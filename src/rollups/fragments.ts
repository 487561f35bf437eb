import type { Tag } from '../db/tag.ts'
import type { Tx } from '../facts/types.ts'
import type { Fragment, RollupConfig } from './types.ts'

/** Every fact counts for all tenants, and for its own if it has one. */
export function scopes(tx: Tx, tenantColumn = 'tenant_id'): Fragment {
  return tx`lateral (values ('*'), (nullif(${tx(tenantColumn)}, ''))) s(scope)`
}

/** The local day of an instant. */
export function localDay(tx: Tx, column: string, timeZone: string): Fragment {
  return tx`(${tx(column)} at time zone ${timeZone})::date`
}

/** Which events make their user active that day (PRODUCT, section 4). */
export function activeEvent(tx: Tx, config: RollupConfig): Fragment {
  return {
    any: tx`name <> all(${config.passiveEvents}::text[])`,
    actions: tx`name = any(${[...config.loginEvents, 'preview_requested', 'live_view_joined']}::text[])`,
    login: tx`name = any(${config.loginEvents}::text[])`,
  }[config.activeDefinition]
}

export function activeCall(tx: Tx, config: RollupConfig): Fragment {
  return { any: tx`true`, actions: tx`ai`, login: tx`false` }[config.activeDefinition]
}

export function activeJob(tx: Tx, config: RollupConfig): Fragment {
  return { any: tx`true`, actions: tx`kind = 'preview'`, login: tx`false` }[config.activeDefinition]
}

/** Columns which add up: `a = t.a + excluded.a, …`. */
export function addUp(tx: Tx, columns: readonly string[]): Fragment {
  return list(tx, columns, (name) => tx`${tx(name)} = t.${tx(name)} + excluded.${tx(name)}`)
}

export function list(tx: Tag, columns: readonly string[], each: (name: string) => Fragment): Fragment {
  return columns.map(each).reduce((all, one) => tx`${all}, ${one}`)
}
