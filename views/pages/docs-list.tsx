import { DOCS_PATH, docHref } from '../../src/docs/define.ts'
import { docPages } from '../../src/docs/index.ts'
import { type DocHit, searchDocs } from '../../src/docs/search.ts'
import { definePage, type PageContext } from '../../src/page.ts'
import { Card, Empty, Grid, SearchField } from '../parts/index.ts'

interface Data {
  search: string
  hits: DocHit[]
}

/** All help there is, and a search in it. */
export default definePage<Data>({
  path: DOCS_PATH,
  under: DOCS_PATH,
  title: 'Help',
  group: 'Work',
  order: 94,
  role: 'viewer',
  params: ['q'],
  filters: 'none',
  load: async ({ query }) => {
    const search = (query.q ?? '').trim().slice(0, 100)
    return { search, hits: searchDocs(docPages, search) }
  },
  frame: () => ({ freshness: undefined }),
  Live: ({ data, context }) => (
    <div class="q-flow">
      <Search search={data.search} context={context} />
      <div id="docs-found" class="q-flow">
        {data.search ? <Found {...data} /> : <Pages />}
      </div>
    </div>
  ),
})

const Search = ({ search, context }: { search: string; context: PageContext }) => (
  <search>
    <form
      class="q-actions q-find"
      method="get"
      action={context.path}
      hx-get={context.path}
      hx-trigger="input delay:200ms"
      hx-select="#docs-found"
      hx-target="#docs-found"
      hx-swap="outerHTML"
      hx-sync="this:replace"
      data-address="true"
    >
      <SearchField value={search} placeholder="Search help: a word, a setting, a message" label="Search help" />
    </form>
  </search>
)

const Found = ({ search, hits }: Data) => (
  <Card id="found" title="Found" sub={`${hits.length} ${hits.length === 1 ? 'section' : 'sections'}`}>
    {hits.length === 0 ? (
      <Empty
        icon="search"
        title={`No help has “${search.slice(0, 60)}”`}
        text="What a metric means is in the handbook, addresses are in the API’s own pages."
        link={{ label: 'Search the metrics', href: `/dashboard/metrics?q=${encodeURIComponent(search)}` }}
      />
    ) : (
      <ul class="q-doc-hits">
        {hits.map(({ page, section, href, excerpt }) => (
          <li>
            <a href={href}>{section.title}</a> <span class="q-ink-3">{page.title}</span>
            <p class="q-ink-2">{excerpt}</p>
          </li>
        ))}
      </ul>
    )}
  </Card>
)

const Pages = () => (
  <Grid>
    {docPages.map(({ slug, title, summary, sections }) => (
      <Card id={slug} title={title} span={4} link={{ label: 'Open', href: docHref(slug) }}>
        <p class="q-ink-2">{summary}</p>
        <ul class="q-doc-list">
          {sections.map((section) => (
            <li>
              <a href={docHref(slug, section.id)}>{section.title}</a>
            </li>
          ))}
        </ul>
      </Card>
    ))}
    <Card id="handbook" title="Metrics" span={4} link={{ label: 'Open', href: '/dashboard/metrics' }}>
      <p class="q-ink-2">Every metric with its definition, formula, unit, dimensions and what to do.</p>
    </Card>
    <Card id="api" title="API" span={4} link={{ label: 'Open', href: '/api/docs' }}>
      <p class="q-ink-2">Every address with its parameters and a command to paste.</p>
    </Card>
  </Grid>
)
