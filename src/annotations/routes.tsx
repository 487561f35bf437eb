import type { Context, Hono } from 'hono'
import { AnnotateForm, Card } from '../../views/parts/index.ts'
import { fieldsOf, smallBody } from '../auth/forms.ts'
import { adminOf, requireRole } from '../auth/guards.ts'
import { safeNext } from '../auth/next.ts'
import type { Deps } from '../context.ts'
import type { Env } from '../env.ts'
import { Problem } from '../lib/errors.ts'
import { sendFramed } from '../send-framed.tsx'
import { ANNOTATIONS_PATH, annotateProps, readForm } from './form.ts'
import { addAnnotation, removeAnnotation } from './store.ts'

/** What the forms of people send; programs use /api/annotations. */
export function mountAnnotations(app: Hono<Env>, deps: Deps): void {
  const acts = requireRole('operator')

  app.post(ANNOTATIONS_PATH, acts, smallBody, async (c) => {
    const fields = await fieldsOf(c)
    const read = readForm(fields)
    if (!read.ok) return formAgain(c, deps, fields, read.errors)
    try {
      const { id } = await addAnnotation(deps, adminOf(c), read.input, read.when)
      return c.redirect(withMark(safeNext(fields.back), 'annotated', String(id)), 303)
    } catch (error) {
      if (!(error instanceof Problem) || error.field === undefined) throw error
      return formAgain(c, deps, fields, { [error.field]: error.message })
    }
  })

  app.post(`${ANNOTATIONS_PATH}/:id/delete`, acts, smallBody, async (c) => {
    await removeAnnotation(deps, adminOf(c), c.req.param('id'))
    const { back } = await fieldsOf(c)
    return c.redirect(withMark(back ? safeNext(back) : ANNOTATIONS_PATH, 'done', 'deleted'), 303)
  })
}

/** An address of its own, so that the page is not the one that was rendered a second ago. */
function withMark(back: string, name: string, value: string): string {
  const url = new URL(back, 'http://here.invalid')
  url.searchParams.set(name, value)
  return url.pathname + url.search + url.hash
}

/** What was entered is still there, with the reason at its field. */
function formAgain(
  c: Context<Env>,
  deps: Deps,
  fields: Record<string, string>,
  errors: Record<string, string>,
): Promise<Response> {
  const props = annotateProps(deps, adminOf(c), fields.tenant || undefined, safeNext(fields.back))
  const crumbs = [{ label: 'Annotations', href: ANNOTATIONS_PATH }]
  return sendFramed(
    c,
    deps,
    { title: 'Annotate', page: '/dashboard/metrics', crumbs, status: 422 },
    <Card id="annotate" title="Not written yet">
      <AnnotateForm {...props} values={fields} errors={errors} />
    </Card>,
  )
}
