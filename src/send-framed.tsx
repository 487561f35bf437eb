import type { Context } from 'hono'
import type { Child } from 'hono/jsx'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { Layout } from '../views/layout.tsx'
import type { LayoutProps } from '../views/parts/index.ts'
import { adminOf } from './auth/guards.ts'
import type { Deps } from './context.ts'
import type { Env } from './env.ts'
import { frameOf } from './frame-of.ts'

/** What the frame shows around it; `page` is the one that is current in the nav. */
export interface Framed extends Pick<LayoutProps, 'title' | 'page' | 'crumbs' | 'actions' | 'pins' | 'freshness'> {
  status?: number
}

/** Answers with something that is no page of the nav, in the frame of all. */
export async function sendFramed(
  c: Context<Env>,
  deps: Deps,
  { status = 200, ...frame }: Framed,
  content: Child,
): Promise<Response> {
  const page = (
    <Layout {...frame} {...(await frameOf(deps, adminOf(c)))}>
      <div class="q-page">{content}</div>
    </Layout>
  )
  c.header('Cache-Control', 'private, no-store')
  return c.html(String(await page), status as ContentfulStatusCode)
}

/** A form as it was sent: alone where script asks for it, else framed, with what stands around it on its page. */
export async function sendForm(
  c: Context<Env>,
  deps: Deps,
  framed: Framed,
  form: Child,
  around: (form: Child) => Child | Promise<Child> = (alone) => alone,
): Promise<Response> {
  if (!c.req.header('hx-request')) return sendFramed(c, deps, framed, await around(form))
  c.header('Cache-Control', 'private, no-store')
  return c.html(String(await form), (framed.status ?? 200) as ContentfulStatusCode)
}
