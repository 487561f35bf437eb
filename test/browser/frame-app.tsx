/** Serves the gallery of parts under the dashboard's own policy, with a live part whose answers the test chooses. */
import { Hono } from 'hono'
import { compress } from 'hono/compress'
import { mountAssets } from '../../src/assets.ts'
import { PAGE_POLICY } from '../../src/lib/security.ts'
import { Say, Tile } from '../../views/parts/index.ts'
import type { FrameAdmin } from '../../views/parts/types.ts'
import { Page, States } from '../parts-gallery.tsx'
import { Overview } from '../parts-overview.tsx'

const Part = ({ polls }: { polls: number }) => (
  <>
    <Tile id="polled" label="Polls" href="/dashboard" value={String(polls)} points={[1, 2, polls]} />
    <Overview chart={{ summary: `Active users, poll ${polls}` }} />
    <Say>{`${polls} alerts firing`}</Say>
  </>
)

/** `status` is what the next polls answer with; `frozen` stops the numbers, so that they answer 304. */
export function frameApp() {
  const state = { app: new Hono(), polls: 0, status: 200, frozen: false }
  const { app } = state
  app.use(async (c, next) => {
    await next()
    c.header('content-security-policy', PAGE_POLICY)
  })
  mountAssets(app)
  app.use(compress())
  app.get('/dashboard', (c) => {
    const theme = (c.req.query('theme') ?? 'light') as FrameAdmin['theme']
    return c.html(
      <Page theme={theme} every={Number(c.req.query('every') ?? 30)}>
        <Part polls={state.polls} />
      </Page>,
    )
  })
  app.get('/states', (c) =>
    c.html(
      <Page theme={(c.req.query('theme') ?? 'light') as FrameAdmin['theme']}>
        <States />
      </Page>,
    ),
  )
  app.get('/dashboard/live-part', (c) => {
    if (state.status === 302) return c.redirect('/states')
    if (state.status !== 200) return c.text('no', state.status as 500)
    if (!state.frozen) state.polls++
    const etag = `"${state.polls}"`
    // Compression makes the tag a weak one.
    if (c.req.header('if-none-match')?.replace('W/', '') === etag) return c.body(null, 304)
    c.header('etag', etag)
    return c.html(<Part polls={state.polls} />)
  })
  app.post('/dashboard/preferences', (c) => c.body(null, 204))
  app.get('/dashboard/palette.json', (c) =>
    c.json({
      items: [
        { group: 'Pages', title: 'Overview', href: '/dashboard', note: 'Now', keys: 'G O' },
        { group: 'Metrics', title: 'AI cost', href: '/dashboard/metrics/ai.cost', note: 'ai.cost' },
      ],
    }),
  )
  return state
}
