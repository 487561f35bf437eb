import { DOCS_PATH, docHref } from '../../src/docs/define.ts'
import { docPages } from '../../src/docs/index.ts'
import { definePage } from '../../src/page.ts'
import { Card, Grid } from '../parts/index.ts'

/** All help there is. */
export default definePage<object>({
  path: DOCS_PATH,
  under: DOCS_PATH,
  title: 'Help',
  group: 'Work',
  order: 94,
  role: 'viewer',
  filters: 'none',
  load: async () => ({}),
  frame: () => ({ freshness: undefined }),
  Live: () => (
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
  ),
})
