import type { Hono } from 'hono'
import { readJson } from '../api/body.ts'
import { json } from '../api/json.ts'
import { serve } from '../api/operation.ts'
import { spanOf } from '../api/params.ts'
import { smallBody } from '../auth/forms.ts'
import { requireScope, whoOf } from '../auth/guards.ts'
import type { Deps } from '../context.ts'
import type { Env } from '../env.ts'
import { annotationInput } from './input.ts'
import { deleteAnnotation, listAnnotations, writeAnnotation } from './operations.ts'
import { type Annotation, annotationsFor } from './read.ts'
import { addAnnotation, removeAnnotation } from './store.ts'

/** Annotations for programs: a pipeline marks its deploys, a notebook reads what happened. */
export function mountAnnotationsApi(app: Hono<Env>, deps: Deps): void {
  serve(app, listAnnotations, requireScope('read'), async (c, asked) => {
    const { from, to, scope } = spanOf(c, deps, asked)
    const found = await annotationsFor(deps, { from, to, scope, kinds: asked.kinds })
    return json(c, { from, to, tenant: scope === '*' ? null : scope, annotations: found.map(shown) })
  })

  serve(app, writeAnnotation, [requireScope('act'), smallBody], async (c) => {
    const { at, day, ...rest } = await readJson(c, annotationInput)
    const made = await addAnnotation(deps, whoOf(c), rest, day === undefined ? { at: at ?? deps.now() } : { day })
    return c.json(made, made.created ? 201 : 200)
  })

  serve(app, deleteAnnotation, requireScope('act'), async (c) => {
    const id = c.req.param('id') ?? ''
    await removeAnnotation(deps, whoOf(c), id)
    return c.json({ id, deleted: true })
  })
}

function shown({ id, kind, at, day, text, link, tenantId, source }: Annotation) {
  return {
    id: id ?? null,
    kind,
    at: at.toISOString(),
    day: day ?? null,
    text,
    link: link ?? null,
    tenant: tenantId || null,
    source,
  }
}
