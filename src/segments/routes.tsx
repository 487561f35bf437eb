import type { Context, Hono } from 'hono'
import { SegmentEditor } from '../../views/pages/segment/editor.tsx'
import { editorProps } from '../../views/pages/segment-edit.tsx'
import { smallBody } from '../auth/forms.ts'
import { adminOf, requireRole } from '../auth/guards.ts'
import type { Deps } from '../context.ts'
import type { Env } from '../env.ts'
import { Problem } from '../lib/errors.ts'
import { sendForm } from '../send-framed.tsx'
import { previewOf } from './editor.ts'
import { changeDraft, type Draft, readDraft, ruleOfDraft } from './form.ts'
import { SEGMENTS_PATH, segmentHref } from './paths.ts'
import { changeSegment, createSegment, deleteSegment, usableSegment } from './store.ts'
import type { Segment } from './types.ts'

/** What the editor sends; programs use /api/segments. */
export function mountSegments(app: Hono<Env>, deps: Deps): void {
  const acts = requireRole('operator')

  // Adds and removes rows, and says what the rule means: nothing is stored.
  app.post(`${SEGMENTS_PATH}/form`, acts, smallBody, async (c) => {
    const form = await formOf(c)
    const slug = String(form.get('slug') ?? '')
    const segment = slug === '' ? undefined : await usableSegment(deps, adminOf(c), slug)
    return redraw(c, deps, changeDraft(readDraft(form), String(form.get('do') ?? '')), { segment })
  })

  app.post(SEGMENTS_PATH, acts, smallBody, (c) =>
    save(c, deps, undefined, (fields) => createSegment(deps, adminOf(c), fields)),
  )

  app.post(`${SEGMENTS_PATH}/:id`, acts, smallBody, async (c) => {
    const segment = await usableSegment(deps, adminOf(c), c.req.param('id'))
    return save(c, deps, segment, (fields) => changeSegment(deps, adminOf(c), segment.slug, fields))
  })

  app.post(`${SEGMENTS_PATH}/:id/delete`, acts, smallBody, async (c) => {
    await deleteSegment(deps, adminOf(c), c.req.param('id'))
    return c.redirect(`${SEGMENTS_PATH}?done=deleted`, 303)
  })
}

async function formOf(c: Context<Env>): Promise<FormData> {
  try {
    return await c.req.formData()
  } catch {
    throw new Problem(415, 'The body is not a form', 'Programs use /api/segments.')
  }
}

type Write = (fields: Parameters<typeof createSegment>[2]) => Promise<Segment>

async function save(c: Context<Env>, deps: Deps, segment: Segment | undefined, write: Write): Promise<Response> {
  const draft = readDraft(await formOf(c))
  const read = ruleOfDraft(draft)
  if (!read.ok)
    return redraw(c, deps, draft, { segment, error: 'Not saved yet: some conditions are not whole.', status: 422 })
  try {
    const { slug } = await write({ name: draft.name, shared: draft.shared, rule: read.rule })
    return c.redirect(`${segmentHref(slug)}?done=saved`, 303)
  } catch (error) {
    if (!(error instanceof Problem) || error.status >= 500) throw error
    return redraw(c, deps, draft, { segment, error: error.message, status: error.status === 409 ? 409 : 422 })
  }
}

interface Redrawn {
  segment?: Segment
  error?: string
  status?: 200 | 409 | 422
}

/** The editor with what was entered: alone where script asks for it, else as a page. */
async function redraw(
  c: Context<Env>,
  deps: Deps,
  draft: Draft,
  { segment, error, status = 200 }: Redrawn,
): Promise<Response> {
  const admin = adminOf(c)
  const preview = await previewOf(deps, admin, draft)
  const editor = <SegmentEditor {...editorProps(deps, admin, { draft, preview, segment })} error={error} />
  const title = segment ? `Change ${segment.name}` : 'New segment'
  const crumbs = [{ label: 'Segments', href: SEGMENTS_PATH }]
  return sendForm(c, deps, { title, page: SEGMENTS_PATH, crumbs, status }, editor)
}
