import type { Tag } from '../db/tag.ts'
import type { Tx } from '../facts/types.ts'
import { addUp, list, localDay, scopes } from './fragments.ts'
import { knownNames } from './known-names.ts'
import type { FoldContext, Fragment, Source } from './types.ts'

const SUMS = ['loads', 'clicks', 'forms_seen', 'forms_sent', 'forms_left', 'errors']
const FORMS = ['form_viewed', 'form_submitted', 'form_abandoned']

/** Which events are of pages: loads, clicks on what is marked with data-track, forms. */
export function isOfPage(tx: Tag): Fragment {
  return tx`(type = 'page' or name = any(${FORMS}::text[]) or properties @> '{"via": "click"}')`
}

/** What an event of a page counts as; of one event, too. */
export function pageSums(tx: Tag): Fragment {
  return tx`
    count(*) filter (where type = 'page') as loads,
    count(*) filter (where type <> 'page' and properties @> '{"via": "click"}') as clicks,
    count(*) filter (where type <> 'page' and name = 'form_viewed') as forms_seen,
    count(*) filter (where type <> 'page' and name = 'form_submitted') as forms_sent,
    count(*) filter (where type <> 'page' and name = 'form_abandoned') as forms_left`
}

/** Where an event happened; a page that says no path is known by its name. */
export const pathOf = (tx: Tag): Fragment =>
  tx`coalesce(properties->>'path', case when type = 'page' then name end, '')`

/** Page loads, clicks and forms by page and device. */
export async function foldPagesOfEvents(context: FoldContext, source: Source): Promise<void> {
  const { tx, config } = context
  await into(
    tx,
    tx`
      select tenant_id, ${localDay(tx, 'ts', config.timeZone)} as day, ${pathOf(tx)} as path, coalesce(device, '') as device,
        ${pageSums(tx)}, 0 as errors
      from events where ${isOfPage(tx)} and ${source}
      group by 1, 2, 3, 4`,
  )
}

/** Where an error of a page happened. */
export const errorPathOf = (tx: Tag): Fragment => tx`coalesce(properties->>'path', url, '')`

/** Errors in browsers by page and device. */
export async function foldPagesOfErrors(context: FoldContext, source: Source): Promise<void> {
  const { tx, config } = context
  await into(
    tx,
    tx`
      select tenant_id, ${localDay(tx, 'ts', config.timeZone)} as day, ${errorPathOf(tx)} as path,
        coalesce(device, '') as device, 0 as loads, 0 as clicks, 0 as forms_seen, 0 as forms_sent, 0 as forms_left,
        count(*) as errors
      from app_errors where source = 'client' and ${source}
      group by 1, 2, 3, 4`,
  )
}

async function into(tx: Tx, rows: Fragment): Promise<void> {
  await tx`
    with raw as materialized (${rows}),
    ${knownNames(tx, 'page', tx`raw`)}
    insert into page_days as t (scope, day, path, device, ${list(tx, SUMS, (name) => tx`${tx(name)}`)})
    select scope, day, name, device, ${list(tx, SUMS, (name) => tx`sum(${tx(name)})`)}
    from raw join named using (path) cross join ${scopes(tx)}
    where scope is not null
    group by 1, 2, 3, 4
    order by 1, 2, 3, 4
    on conflict (scope, day, path, device) do update set ${addUp(tx, SUMS)}`
}
