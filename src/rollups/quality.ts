import { foldCallCountries, foldContentDays, foldEndpoints, foldParameterDays } from './call-facets.ts'
import { foldPagesOfErrors, foldPagesOfEvents } from './pages.ts'
import { foldErrorDays } from './troubles.ts'
import type { FoldContext, Source } from './types.ts'
import { foldCampaignCalls, foldCampaignEvents, foldComponentDays, foldExposureDays } from './uses.ts'

/** The folds of quality by the table of the facts: what was made and where it went wrong. */
export const qualityFolds = {
  events: [foldPagesOfEvents, foldCampaignEvents],
  api_calls: [foldEndpoints, foldCallCountries, foldContentDays, foldParameterDays, foldCampaignCalls],
  component_uses: [foldComponentDays],
  app_errors: [foldErrorDays, foldPagesOfErrors],
  exposures: [foldExposureDays],
} satisfies Record<string, ((context: FoldContext, source: Source) => Promise<void>)[]>

const CALLS_AND_EVENTS = [
  'call_facet_days',
  'content_days',
  'parameter_days',
  'campaign_use_days',
  'campaign_user_days',
] as const
const BY_KIND = {
  component_uses: ['component_days'],
  app_errors: ['error_days'],
  exposures: ['exposure_days'],
} as const

/** What a rebuild deletes of a day; what errors left behind stays where the errors themselves are gone. */
export async function clearQuality({ tx }: FoldContext, day: string, gone: ReadonlySet<string>): Promise<void> {
  for (const table of CALLS_AND_EVENTS) await tx`delete from ${tx(table)} where day = ${day}`
  for (const [kind, tables] of Object.entries(BY_KIND))
    if (!gone.has(kind)) for (const table of tables) await tx`delete from ${tx(table)} where day = ${day}`
  if (gone.has('app_errors')) {
    await tx`
      update page_days set loads = 0, clicks = 0, forms_seen = 0, forms_sent = 0, forms_left = 0 where day = ${day}`
    await tx`update user_trouble_days set rate_limited = 0 where day = ${day}`
  } else {
    await tx`delete from page_days where day = ${day}`
    await tx`delete from user_trouble_days where day = ${day}`
  }
}
