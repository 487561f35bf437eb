import type { Context, Hono } from 'hono'
import type { Child } from 'hono/jsx'
import { DocsList } from '../../views/pages/api/list.tsx'
import { DocsOperation } from '../../views/pages/api/operation.tsx'
import { allow, requireRole, rulesOf } from '../auth/guards.ts'
import type { Deps } from '../context.ts'
import type { Env } from '../env.ts'
import { NotFound } from '../lib/errors.ts'
import { sendFramed } from '../send-framed.tsx'
import { docsList, docsPage, openapi } from './docs-operations.ts'
import { json } from './json.ts'
import { type OpenApi, openapiOf, type ShownOperation } from './openapi.ts'
import { serve } from './operation.ts'

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

const page = (
  c: Context<Env>,
  deps: Deps,
  title: string,
  crumbs: { label: string; href: string }[],
  content: Child,
): Promise<Response> => sendFramed(c, deps, { title, page: docsList.path, crumbs }, content)
