import { allUsersHere } from '../../../src/all-users.ts'
import { ANNOTATION_KINDS } from '../../../src/annotations/kinds.ts'
import type { Annotation } from '../../../src/annotations/read.ts'
import { DEFAULT_MARKS } from '../../../src/boards/kinds/annotations.ts'
import { dayLabel, momentText } from '../../../src/lib/dates.ts'
import { filterQuery } from '../../../src/lib/filters.ts'
import type { PageContext } from '../../../src/page.ts'
import { Badge, Card } from '../../parts/index.ts'
import { type BoardCardView, domId, ownDays, shown, stateOf } from './view.ts'

/** What is marked on the time charts, newest first. */
export const AnnotationsCard: BoardCardView<'annotations'> = (props) => {
  const { card, config, context, title } = props
  const all = (shown(props) as Annotation[] | undefined) ?? []
  const newest = all.toReversed().slice(0, config.limit ?? DEFAULT_MARKS)
  return (
    <Card
      id={domId(card)}
      title={title}
      sub={ownDays(config)}
      allUsers={allUsersHere(context.filters)}
      flush={newest.length > 0}
      scrolls
      link={{ label: 'All', href: `/dashboard/annotations${filterQuery(context.filters)}` }}
      state={stateOf(props, () =>
        newest.length === 0
          ? {
              kind: 'empty',
              icon: 'flag',
              title: 'Nothing is marked on these days',
              text: 'Deploys, price changes and incidents appear here, and what is written with “Annotate” on a metric’s page.',
            }
          : undefined,
      )}
    >
      <ol class="q-feed" aria-label={title}>
        {newest.map((one) => (
          <Mark one={one} context={context} />
        ))}
      </ol>
    </Card>
  )
}

const Mark = ({ one, context: { deps, filters } }: { one: Annotation; context: PageContext }) => (
  <li class="q-feed-row">
    <Badge tone="plain" outline text={ANNOTATION_KINDS[one.kind].letter} />
    <p class="q-feed-text">
      {one.link ? (
        <a href={one.link} rel="noopener noreferrer" target="_blank">
          {one.text}
        </a>
      ) : (
        one.text
      )}{' '}
      <span class="q-ink-2">
        {one.tenant && one.tenantId !== filters.scope ? one.tenant : ANNOTATION_KINDS[one.kind].one}
      </span>
    </p>
    <time class="q-feed-time q-num" datetime={one.at.toISOString()}>
      {one.day ? dayLabel(one.day, filters.today) : momentText(one.at, filters.today, deps.config.timeZone)}
    </time>
  </li>
)
