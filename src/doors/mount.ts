import type { Hono } from 'hono'
import { cors } from 'hono/cors'
import type { Deps } from '../context.ts'
import type { Env } from '../env.ts'
import { createKeyGate } from './key.ts'
import { mountSegment } from './segment.ts'
import { mountTyped } from './typed.ts'

/** Whatever is pushed to us. */
export function mountDoors(app: Hono<Env>, deps: Deps): void {
  const gate = createKeyGate(deps)
  // Browser clients run on the product's own pages. They carry a write key and no cookie, so any origin will do.
  app.use('/v1/*', cors({ origin: '*', allowMethods: ['POST'], maxAge: 86_400 }))
  mountSegment(app, deps, gate)
  mountTyped(app, deps, gate)
}
