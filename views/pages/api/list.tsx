import type { ShownOperation } from '../../../src/api/openapi.ts'
import { TAGS } from '../../../src/api/operation.ts'
import { Card, DataTable, Empty, SearchField } from '../../parts/index.ts'

interface ListProps {
  operations: ShownOperation[]
  search: string
}

/** Every address of the API by what it is about; a row opens what it takes and answers. */
export const DocsList = ({ operations, search }: ListProps) => {
  const tags = Object.entries(TAGS).filter(([tag]) => operations.some(({ tags: [own] }) => own === tag))
  return (
    <>
      <search>
        <form class="q-actions" method="get" action="/api/docs">
          <SearchField
            class="w-auto flex-fill"
            value={search}
            placeholder="Search addresses"
            label="Search addresses"
          />
          <span class="q-ink-3">{`${operations.length} addresses`}</span>
          <a href="/api/openapi.json">OpenAPI 3.1</a>
          <a href="/dashboard/data/connect">Make a key</a>
        </form>
      </search>
      {tags.map(([tag, text]) => (
        <TagCard tag={tag} text={text} operations={operations.filter(({ tags: [own] }) => own === tag)} />
      ))}
      {tags.length === 0 && (
        <Card id="none" title="No address matches">
          <Empty
            icon="search"
            title={`Nothing matches “${search.slice(0, 60)}”`}
            text="Search looks at addresses, methods and summaries."
            link={{ label: 'Show all', href: '/api/docs' }}
          />
        </Card>
      )}
    </>
  )
}

const TagCard = ({ tag, text, operations }: { tag: string; text: string; operations: ShownOperation[] }) => {
  const id = tag.toLowerCase().replace(/\W+/g, '-')
  return (
    <Card id={id} title={tag} sub={text} flush>
      <DataTable
        id={id}
        caption={tag}
        columns={[
          { key: 'address', label: 'Address', code: true },
          { key: 'summary', label: 'What it does', muted: true },
        ]}
        rows={operations.map(({ operationId, method, path, summary }) => ({
          href: `/api/docs/${operationId}`,
          cells: { address: `${method.toUpperCase()} ${path}`, summary },
        }))}
      />
    </Card>
  )
}
