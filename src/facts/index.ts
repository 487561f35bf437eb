import apiCalls from './api-calls.ts'
import events from './events.ts'
import gauges from './gauges.ts'
import identities from './identities.ts'
import jobs from './jobs.ts'
import mrrMovements from './mrr-movements.ts'
import objects from './objects.ts'
import payments from './payments.ts'
import plans from './plans.ts'
import probes from './probes.ts'
import subscriptions from './subscriptions.ts'
import tenants from './tenants.ts'
import type { FactDef, FactKind } from './types.ts'
import users from './users.ts'

/** Every kind of fact that Quarterdeck takes, by name. */
export const factKinds: Record<FactKind, FactDef> = {
  tenants,
  plans,
  users,
  identities,
  objects,
  subscriptions,
  mrr_movements: mrrMovements,
  payments,
  jobs,
  events,
  api_calls: apiCalls,
  gauges,
  probes,
}

/** The kind that a typed door's URL or an import's `--kind` names; undefined if none. */
export function factKindOfPath(path: string): FactDef | undefined {
  return Object.values(factKinds).find((fact) => fact.path === path)
}
