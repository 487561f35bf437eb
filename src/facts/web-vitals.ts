import { z } from 'zod'
import { id, instant, optionalId, requiredNumber, tenant, text } from './fields.ts'
import { COUNTED, noteChanges } from './note-changes.ts'
import { each, earliest, newest, upsertStates } from './states.ts'
import { defineFact } from './types.ts'

export default defineFact({
  kind: 'web_vitals',
  path: 'web-vitals',
  mode: 'upsert',
  keepsRow: false,
  doc: 'How fast a page was for its visitor: id, name (LCP, INP, CLS, FCP, TTFB …), value, path; the newest value of an id holds.',
  schema: z.looseObject({
    id: id(),
    ts: instant(),
    name: id(),
    value: requiredNumber(-1e12, 1e12),
    rating: text(50),
    path: text(2000),
    session_id: optionalId(),
    user_id: optionalId(),
    anonymous_id: optionalId(),
    tenant_id: tenant(),
    device: text(50),
    browser: text(100),
    os: text(100),
    country: text(100),
    navigation_type: text(50),
    updated_at: instant(),
    ip: text(100),
    user_agent: text(2000),
  }),
  ts: (row) => row.updated_at ?? row.ts,
  store: (row, { ts, meta, enrich }) => {
    const from = enrich(row.ip ?? meta.ip, row.user_agent ?? meta.userAgent)
    return {
      vital_id: row.id,
      ts: row.ts ?? ts,
      name: row.name,
      value: row.value,
      rating: row.rating,
      path: row.path,
      session_id: row.session_id,
      user_id: row.user_id,
      anonymous_id: row.anonymous_id,
      tenant_id: row.tenant_id,
      device: row.device ?? from.device,
      browser: row.browser ?? from.browser,
      os: row.os ?? from.os,
      country: row.country ?? from.country,
      navigation_type: row.navigation_type,
      updated_at: ts,
    }
  },
  write: upsertStates(
    'web_vitals',
    ['vital_id'],
    {
      ...each(newest, 'name', 'value', 'rating', 'path', 'session_id', 'user_id', 'anonymous_id', 'tenant_id'),
      ...each(newest, 'device', 'browser', 'os', 'country', 'navigation_type'),
      ts: earliest,
    },
    noteChanges('web_vitals', COUNTED.web_vitals),
  ),
})
