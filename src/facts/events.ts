import { z } from 'zod'
import { appendTo } from './append.ts'
import { campaignIn } from './asked-with.ts'
import { choice, id, instant, object, optionalId, tenant, text, withRest } from './fields.ts'
import { defineFact } from './types.ts'

const schema = z.looseObject({
  id: optionalId(),
  name: id(),
  type: choice('track', 'page', 'screen'),
  ts: instant(),
  user_id: optionalId(),
  anonymous_id: optionalId(),
  tenant_id: tenant(),
  session_id: optionalId(),
  properties: object(),
  ip: text(100),
  user_agent: text(2000),
  country: text(100),
})
const KNOWN = new Set(Object.keys(schema.shape))

export default defineFact({
  kind: 'events',
  path: 'events',
  mode: 'append',
  keepsRow: false,
  doc: 'Something a user did: name, user_id, ts, session_id, properties.',
  schema,
  ts: (row) => row.ts,
  store: (row, { meta, enrich }) => {
    const { country, city, browser, os, device } = enrich(row.ip ?? meta.ip, row.user_agent ?? meta.userAgent)
    return {
      user_id: row.user_id ?? '',
      tenant_id: row.tenant_id ?? '',
      anonymous_id: row.anonymous_id,
      session_id: row.session_id,
      type: row.type ?? 'track',
      name: row.name,
      source: meta.source,
      // What is not known is left out of the JSON rather than sent as null: 5 % of the statement.
      country: row.country ?? country ?? undefined,
      city: city ?? undefined,
      browser: browser ?? undefined,
      os: os ?? undefined,
      device: device ?? undefined,
      properties: withRest(KNOWN, row, row.properties),
      campaign_id: campaignIn(row),
    }
  },
  write: appendTo('events'),
})
