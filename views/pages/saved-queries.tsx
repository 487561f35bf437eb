import type { Board } from '../../src/boards/read.ts'
import { sentenceOf } from '../../src/saved-queries/cards.ts'
import { MAX_QUERY_NAME, type SavedQuery } from '../../src/saved-queries/store.ts'
import { FormError } from '../parts/auth-fields.tsx'
import { Card, DataTable, Menu, MenuItem, TwoLines } from '../parts/index.ts'
import { Act } from './board/acts.tsx'

interface SavedQueriesProps {
  queries: SavedQuery[]
  /** Those that may be changed. */
  boards: Board[]
  action: string
  entered: Record<string, string>
  error?: string
}

/** Questions that were kept by name: put on a board, or deleted. */
export const SavedQueriesPage = ({ queries, boards, action, entered, error }: SavedQueriesProps) => (
  <div class="q-flow">
    <FormError text={error} />
    {entered.metrics && <Again action={action} entered={entered} />}
    <Card id="queries" title="Saved queries" sub="yours; a board keeps the question, not the name" flush>
      <DataTable
        id="queries"
        caption="Saved queries"
        rowHeight={44}
        columns={[
          { key: 'query', label: 'Query', strong: true },
          { key: 'acts', label: 'Put on a board, delete' },
        ]}
        rows={queries.map((query) => ({
          cells: {
            query: <TwoLines title={query.name} sub={sentenceOf(query)} />,
            acts: (
              <span class="q-actions">
                <Boards query={query} boards={boards} />
                <Act action={`${action}/${query.id}/delete`} icon="trash" label="Delete" of={query.name} />
              </span>
            ),
          },
        }))}
        empty="None yet. Add a card to a board: its form keeps the question under a name."
      />
    </Card>
  </div>
)

const Boards = ({ query, boards }: { query: SavedQuery; boards: Board[] }) =>
  boards.length === 0 ? (
    <a class="q-btn q-btn-small" href="/dashboard/boards">
      Make a board first
    </a>
  ) : (
    <Menu kind="button" icon="plus" label="Add to" id={`menu-query-${query.id}`}>
      {boards.map((board) => (
        <MenuItem label={board.name} href={`/dashboard/boards/${board.slug}/cards/new?query=${query.id}`} />
      ))}
    </Menu>
  )

/** What was refused is still there, to be named otherwise. */
const Again = ({ action, entered }: { action: string; entered: Record<string, string> }) => {
  const { name, ...rest } = entered
  return (
    <Card id="keep" title="Not kept yet" sub={`${rest.metrics}${rest.by ? ` by ${rest.by}` : ''}`}>
      <form class="q-inline-form" method="post" action={action}>
        {Object.entries(rest).map(([field, value]) => (
          <input type="hidden" name={field} value={value} />
        ))}
        <input
          class="form-control"
          name="name"
          value={name}
          maxlength={MAX_QUERY_NAME}
          aria-label="Name of the query"
          required
        />
        <button class="q-btn q-btn-small" type="submit">
          Save as query
        </button>
      </form>
    </Card>
  )
}
