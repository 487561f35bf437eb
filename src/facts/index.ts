import apiCalls from './api-calls.ts'
import appErrors from './app-errors.ts'
import campaignSpend from './campaign-spend.ts'
import campaigns from './campaigns.ts'
import componentUses from './component-uses.ts'
import components from './components.ts'
import events from './events.ts'
import experiments from './experiments.ts'
import exposures from './exposures.ts'
import feedback from './feedback.ts'
import gauges from './gauges.ts'
import identities from './identities.ts'
import invites from './invites.ts'
import invoices from './invoices.ts'
import jobs from './jobs.ts'
import messages from './messages.ts'
import mrrMovements from './mrr-movements.ts'
import objects from './objects.ts'
import payments from './payments.ts'
import plans from './plans.ts'
import probes from './probes.ts'
import prompts from './prompts.ts'
import subscriptions from './subscriptions.ts'
import tenants from './tenants.ts'
import tickets from './tickets.ts'
import type { FactDef, FactKind } from './types.ts'
import users from './users.ts'
import webVitals from './web-vitals.ts'
import webhookDeliveries from './webhook-deliveries.ts'

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
  invoices,
  campaigns,
  campaign_spend: campaignSpend,
  components,
  component_uses: componentUses,
  prompts,
  messages,
  tickets,
  feedback,
  app_errors: appErrors,
  webhook_deliveries: webhookDeliveries,
  web_vitals: webVitals,
  invites,
  experiments,
  exposures,
}

/** The kind that a typed door's URL or an import's `--kind` names; undefined if none. */
export function factKindOfPath(path: string): FactDef | undefined {
  return Object.values(factKinds).find((fact) => fact.path === path)
}
