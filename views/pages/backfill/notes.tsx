import { BACKFILL_PATH, type Backfill, type BackfillDays, nDays } from '../../../src/backfill/load.ts'
import { spanText } from '../../../src/backfill/pace.ts'
import { rangeDates } from '../../../src/lib/dates.ts'
import type { Day } from '../../../src/lib/time.ts'
import type { PageContext } from '../../../src/page.ts'
import { Note } from '../../parts/index.ts'

/** What an older definition made, with the way to have it computed anew. */
export const Aged = ({ aged, today }: { aged: BackfillDays['aged']; today: Day }) => {
  if (!aged) return null
  const { keys, from, to, days, rebuild, kept } = aged
  const href = `${BACKFILL_PATH}?${new URLSearchParams({ from, to, ...(rebuild && { rebuild: '1' }) })}`
  const which = keys.length === 1 ? '1 metric has' : `${keys.length} metrics have`
  return (
    <Note tone="warn">
      {`${which} days that an older definition${rebuild ? ' or other settings' : ''} computed: ${nDays(days)}, ${rangeDates(from, to, today)}. `}
      {kept > 0 && `${kept < days ? `${nDays(kept)} of them keep` : 'They keep'} what they have: raw facts are gone. `}
      {kept < days && <a href={href}>Backfill those days</a>}
    </Note>
  )
}

/** How the run that one asked for, or whoever took it over, has ended. */
export const Ended = ({ runs, context: { query } }: { runs: Backfill[]; context: PageContext }) => {
  const newest = runs[0]
  if (!query.run || !newest || newest.state === 'running') return null
  const { state, done, total, error, started_at, finished_at, cancel_requested } = newest
  const far = total === null ? 'at its beginning' : `after ${done.toLocaleString('en-GB')} of ${nDays(total)}`
  if (state === 'failed')
    return <Note tone="crit">{`The backfill failed ${far}: ${error ?? 'nothing more is known'}`}</Note>
  if (state === 'cancelled' || (state === 'abandoned' && cancel_requested))
    return <Note tone="info">{`The backfill was cancelled ${far}. What is stored stays.`}</Note>
  if (state === 'abandoned')
    return <Note tone="warn">{`The backfill was interrupted ${far}. It goes on by itself within a minute.`}</Note>
  const took = finished_at ? ` in ${spanText(finished_at.getTime() - started_at.getTime())}` : ''
  return (
    <Note tone="info">
      {total === null ? 'There was nothing to backfill.' : `The backfill is done: ${nDays(total)}${took}.`}
    </Note>
  )
}
