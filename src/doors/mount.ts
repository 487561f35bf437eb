import type { Hono } from 'hono'
import { cors } from 'hono/cors'
import type { Deps } from '../context.ts'
import type { Env } from '../env.ts'
import { mountBrowser } from './browser.ts'
import { createKeyGate } from './key.ts'
import { mountOtlp } from './otlp.ts'
import { mountPosthog } from './posthog.ts'
import { POSTHOG_PATHS } from './posthog-paths.ts'
import { mountSegment } from './segment.ts'
import { mountTyped } from './typed.ts'
import { mountWebhooks } from './webhook.ts'

/** Whatever is pushed to us. */
export function mountDoors(app: Hono<Env>, deps: Deps): void {
  const gate = createKeyGate(deps)
  // Before the line that lets every page read: this one answers the pages of its key alone.
  mountBrowser(app, deps)
  // Browser clients run on the product's own pages. They carry a write key and no cookie, so any origin will do.
  app.use('/v1/*', cors({ origin: '*', allowMethods: ['POST'], maxAge: 86_400 }))
  for (const path of POSTHOG_PATHS)
    app.use(`/${path}/*`, cors({ origin: '*', allowMethods: ['GET', 'POST'], maxAge: 86_400 }))
  mountSegment(app, deps, gate)
  mountPosthog(app, deps, gate)
  mountOtlp(app, deps, gate)
  mountTyped(app, deps, gate)
  mountWebhooks(app, deps)
}
