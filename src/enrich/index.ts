import type { Enrichment } from '../facts/types.ts'
import { openGeoip } from './geoip.ts'
import { createAgentReader } from './user-agent.ts'

export type Enrich = (ip: string | undefined, userAgent: string | undefined) => Enrichment

const NOTHING: Enrichment = { country: null, city: null, browser: null, os: null, device: null, bot: false }

/**
 * What an address and a user agent become at the door; what is not given or not known is null.
 * @throws when the GeoIP database cannot be read
 */
export function createEnricher(config: { geoipDb?: string | undefined }): Enrich {
  const placeOf = openGeoip(config.geoipDb || undefined)
  const agentOf = createAgentReader()
  return (ip, userAgent) => {
    if (!ip && !userAgent) return NOTHING
    const { country, city } = ip ? placeOf(ip) : NOTHING
    const { browser, os, device, bot } = userAgent ? agentOf(userAgent) : NOTHING
    return { country, city, browser, os, device, bot }
  }
}
