import type { Context, Hono } from 'hono'
import { Layout } from '../../views/layout.tsx'
import { DocsList } from '../../views/pages/api/list.tsx'
import { DocsOperation } from '../../views/pages/api/operation.tsx'
import { adminOf, allow, requireRole, rulesOf } from '../auth/guards.ts'
import type { Deps } from '../context.ts'
import type { Env } from '../env.ts'
import { frameOf } from '../frame-of.ts'
import { NotFound } from '../lib/errors.ts'
import { docsList, docsPage, openapi } from './docs-operations.ts'
import { json } from './json.ts'
import { type OpenApi, type OperationObject, openapiOf } from './openapi.ts'
import { serve } from './operation.ts'

/** An operation as the pages show it. */
export interface ShownOperation extends OperationObject {
  method: string
  path: string
}

/** The description of the API for programs, and pages of it for people. `all` is the app which has every route. */
export function mountDocs(app: Hono<Env>, all: Hono<Env>, deps: Deps): void {
  // Made when it is first asked for: now there are routes still to come.
  let made: OpenApi | undefined
  const description = () => (made ??= openapiOf(rulesOf(all), deps.config.baseUrl))

  serve(app, openapi, allow({ scope: 'read', role: 'viewer' }), (c) => json(c, description()))

  serve(app, docsList, requireRole('viewer'), (c, { q = '' }) => {
    const found = shownOf(description()).filter((one) => matches(one, q))
    return page(c, deps, 'API', [], <DocsList operations={found} search={q} />)
  })

  serve(app, docsPage, requireRole('viewer'), (c) => {
    const id = c.req.param('operation')
    const one = shownOf(description()).find(({ operationId }) => operationId === id)
    if (!one) throw new NotFound('There is no operation of this name; /api/docs lists them.')
    const crumbs = [{ label: 'API', href: docsList.path }]
    return page(
      c,
      deps,
      `${one.method.toUpperCase()} ${one.path}`,
      crumbs,
      <DocsOperation one={one} baseUrl={deps.config.baseUrl} />,
    )
  })
}

function shownOf({ paths }: OpenApi): ShownOperation[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, one]) => ({ ...one, method, path })),
  )
}

/** Every word is somewhere in the address or the text. */
function matches({ path, method, summary, tags }: ShownOperation, search: string): boolean {
  const text = `${method} ${path} ${summary} ${tags.join(' ')}`.toLowerCase()
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word))
}

async function page(
  c: Context<Env>,
  deps: Deps,
  title: string,
  crumbs: { label: string; href: string }[],
  content: unknown,
) {
  c.header('Cache-Control', 'private, no-store')
  const html = (
    <Layout title={title} page={docsList.path} {...(await frameOf(deps, adminOf(c)))} crumbs={crumbs}>
      <div class="q-page">{content as string}</div>
    </Layout>
  )
  return c.html(String(await html))
}
