import { freshCatalogue } from '../../src/custom-metrics/catalogue.ts'
import { DOCS_PATH, type DocPage, type DocSection, type DocTable, docHref } from '../../src/docs/define.ts'
import { docPage, docPages } from '../../src/docs/index.ts'
import { rulesKept } from '../../src/docs/rules.ts'
import { NotFound } from '../../src/lib/errors.ts'
import { definePage } from '../../src/page.ts'
import { BoardText } from '../parts/board-text.tsx'
import { Card, DataTable, Grid, Stack } from '../parts/index.ts'

interface Data {
  page: DocPage
  tables: Map<DocSection, DocTable>
}

/** A page of help for admins: its sections, with what is made from code below them. */
export default definePage<Data>({
  path: `${DOCS_PATH}/:page`,
  under: DOCS_PATH,
  title: 'Help',
  group: 'Work',
  order: 95,
  role: 'viewer',
  filters: 'none',
  load: async ({ deps, param }) => {
    const page = docPage(param.page ?? '')
    if (!page) throw new NotFound('There is no such page of help; the list of them is at /dashboard/docs.')
    const facts = { config: deps.config, catalogue: await freshCatalogue(deps), rules: rulesKept(deps) }
    const tables = page.sections.flatMap((section) => (section.table ? [[section, section.table(facts)] as const] : []))
    return { page, tables: new Map(tables) }
  },
  frame: ({ data: { page } }) => ({
    title: page.title,
    crumbs: [{ label: 'Help', href: DOCS_PATH }],
    freshness: undefined,
  }),
  Live: ({ data: { page, tables } }) => (
    <Grid>
      <Stack span={9}>
        {page.sections.map((section) => (
          <Section section={section} table={tables.get(section)} />
        ))}
        <Neighbours page={page} />
      </Stack>
      <Stack span={3}>
        <Card id="contents" title="On this page">
          <ul class="q-doc-list">
            {page.sections.map(({ id, title }) => (
              <li>
                <a href={`#${id}`}>{title}</a>
              </li>
            ))}
          </ul>
        </Card>
        <Card id="others" title="Help">
          <ul class="q-doc-list">
            {docPages.map(({ slug, title }) => (
              <li>
                <a href={docHref(slug)} aria-current={slug === page.slug ? 'page' : undefined}>
                  {title}
                </a>
              </li>
            ))}
          </ul>
        </Card>
      </Stack>
    </Grid>
  ),
})

/** The page before and the one after, in the order of the list. */
const Neighbours = ({ page }: { page: DocPage }) => {
  const at = docPages.indexOf(page)
  const [before, after] = [docPages[at - 1], docPages[at + 1]]
  return (
    <nav class="q-doc-neighbours" aria-label="Other pages">
      {before ? <a href={docHref(before.slug)}>{`← ${before.title}`}</a> : <span />}
      {after && <a href={docHref(after.slug)}>{`${after.title} →`}</a>}
    </nav>
  )
}

const Section = ({ section, table }: { section: DocSection; table?: DocTable }) => (
  <div id={section.id} class="q-doc">
    <Card id={section.id} title={section.title}>
      <BoardText text={section.text.trim()} />
      {table && <CodeTable id={section.id} table={table} />}
    </Card>
  </div>
)

const CodeTable = ({ id, table }: { id: string; table: DocTable }) => (
  <DataTable
    id={id}
    caption={table.caption}
    columns={table.head.map((label, i) => ({ key: String(i), label, code: table.code && i === 0 }))}
    rows={table.rows.map((cells) => ({ cells: Object.fromEntries(cells.map((cell, i) => [String(i), cell])) }))}
  />
)
