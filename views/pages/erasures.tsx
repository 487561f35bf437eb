import { cardState } from '../../src/card-state.ts'
import { momentText } from '../../src/lib/dates.ts'
import { type Card as Loaded, shownOf } from '../../src/lib/settle.ts'
import { formatValue } from '../../src/metrics/format.ts'
import { card, definePage } from '../../src/page.ts'
import { ERASURES_PATH, eraseHref } from '../../src/privacy/paths.ts'
import { type ErasureLine, idHeld, readErasures } from '../../src/privacy/read.ts'
import { USERS_PATH } from '../../src/users/paths.ts'
import { Card, DataTable, Note } from '../parts/index.ts'

interface ErasuresData {
  list: Loaded<ErasureLine[]>
  /** Of the id that is asked for: under which something is held. */
  held: Loaded<string | undefined> | undefined
}

/** Users who were erased: when, by whom and why, and nothing that says who. */
export default definePage<ErasuresData>({
  path: ERASURES_PATH,
  under: USERS_PATH,
  title: 'Erasures',
  group: 'People',
  order: 12,
  role: 'owner',
  every: 30,
  params: ['id', 'done'],
  filters: 'none',
  load: async (context) => {
    const { deps, query } = context
    const id = query.id?.trim()
    const [list, held] = await Promise.all([
      card(context, 'erasures', () => readErasures(deps), { key: query.done }),
      id ? card(context, 'erasure-of', () => idHeld(deps, id), { key: id }) : undefined,
    ])
    return { list, held }
  },
  frame: () => ({ crumbs: [{ label: 'Users', href: USERS_PATH }] }),
  View: ({ data: { held }, context: { query }, live }) => (
    <>
      {query.done === 'erase' && (
        <Note tone="info">It is being erased: from now on nothing is stored under their ids.</Note>
      )}
      <Card id="erase-by-id" title="Erase by id" sub="also of a user whom the product has deleted">
        <form class="q-remark-line" method="get" action={ERASURES_PATH}>
          <input
            class="form-control"
            name="id"
            value={query.id}
            placeholder="Id of the user"
            aria-label="Id of the user"
            autocomplete="off"
            maxlength={500}
            required
          />
          <button type="submit" class="q-btn">
            Find
          </button>
        </form>
        {held && <Found id={shownOf(held)} asked={query.id ?? ''} />}
      </Card>
      {live}
    </>
  ),
  Live: ({ data: { list }, context: { deps, filters } }) => {
    const rows = shownOf(list) ?? []
    const moment = (at: Date) => momentText(at, filters.today, deps.config.timeZone)
    return (
      <Card
        id="erasures"
        title="Erased users"
        flush={rows.length > 0}
        state={cardState(list, deps.now(), () =>
          rows.length > 0
            ? undefined
            : {
                kind: 'empty',
                icon: 'trash',
                title: 'Nobody was erased yet',
                text: 'The page of a user has it in the menu Data.',
                link: { label: 'What erasing does', href: '/dashboard/docs/privacy#erase' },
              },
        )}
      >
        {rows.length > 0 && (
          <DataTable
            id="erasures"
            caption="Erased users, newest first"
            rowHeight={34}
            columns={[
              { key: 'at', label: 'Asked for' },
              { key: 'by', label: 'By', wide: true },
              { key: 'reason', label: 'Reason' },
              { key: 'rows', label: 'Rows', number: true, wide: true },
              { key: 'state', label: 'State' },
            ]}
            rows={rows.map((line) => ({
              cells: {
                at: moment(line.requestedAt),
                by: line.by,
                reason: line.reason,
                rows: formatValue(line.rows, 'rows', 'table'),
                state: line.finishedAt ? `done ${moment(line.finishedAt)}` : 'under way',
              },
            }))}
          />
        )}
      </Card>
    )
  },
})

const Found = ({ id, asked }: { id: string | undefined; asked: string }) =>
  id === undefined ? (
    <p class="q-ink-2">{`Nothing is held of a user “${asked.slice(0, 80)}”.`}</p>
  ) : (
    <p>
      <a href={eraseHref(id)}>{`Erase ${id}…`}</a>
    </p>
  )
