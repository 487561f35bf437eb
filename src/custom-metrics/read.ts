import type { TransactionSql } from 'postgres'
import type { Tag } from '../db/tag.ts'
import type { CustomKey } from '../metrics/catalogue.ts'
import type { CustomFields } from './input.ts'

/** A custom metric as it is stored. */
export interface CustomMetric extends CustomFields {
  key: CustomKey
  createdBy: string
  createdAt: Date
  updatedBy: string
  updatedAt: Date
  archivedAt: Date | null
}

/** All of them, archived ones too, by key. */
export function readCustomMetrics(sql: Tag | TransactionSql): Promise<CustomMetric[]> {
  return sql<CustomMetric[]>`
    select key, label, formula, unit, good, definition, action, warn, crit, created_by as "createdBy",
      created_at as "createdAt", updated_by as "updatedBy", updated_at as "updatedAt", archived_at as "archivedAt"
    from custom_metrics
    order by key`
}
