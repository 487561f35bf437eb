import type { Tag } from '../db/tag.ts'
import { addUp, localDay, scopes } from './fragments.ts'
import type { FoldContext, Fragment, Source } from './types.ts'

/** What users say, by day and kind of question. */
export async function foldFeedbackDays({ tx, config }: FoldContext, source: Source): Promise<void> {
  await tx`
    insert into feedback_days as t (scope, day, kind, n, scored, score, promoters, detractors, satisfied)
    select scope, ${localDay(tx, 'ts', config.timeZone)}, kind, ${feedbackSums(tx)}
    from feedback cross join ${scopes(tx)}
    where scope is not null and ${source}
    group by 1, 2, 3
    order by 1, 2, 3
    on conflict (scope, day, kind) do update set
      ${addUp(tx, ['n', 'scored', 'score', 'promoters', 'detractors', 'satisfied'])}`
}

/**
 * What answers count as, of whatever scale: promoters give 9 or 10 of 10 and detractors up to 6 (Reichheld's net promoter
 * score), the satisfied 4 or 5 of 5. Of a single answer, too: the rows beneath a number are weighed by the same words.
 */
export function feedbackSums(tx: Tag): Fragment {
  return tx`
    count(*) as n, count(score) as scored, coalesce(sum(score / max), 0) as score,
    count(*) filter (where 10 * score / max >= 9) as promoters,
    count(*) filter (where 10 * score / max <= 6) as detractors,
    count(*) filter (where 5 * score / max >= 4) as satisfied`
}
