import { DAY_MS, iso } from './calendar.ts'
import type { SimFact } from './emitter.ts'
import type { Random } from './random.ts'
import type { World } from './world.ts'

/** The building blocks of Acme Studio's sites, with how good they are. */
const COMPONENTS = [
  component('hero', 'Hero', 'section', 'landing', 88),
  component('pricing-table', 'Pricing table', 'section', 'commerce', 81),
  component('product-grid', 'Product grid', 'section', 'commerce', 74),
  component('gallery', 'Gallery', 'section', 'media', 79),
  component('contact-form', 'Contact form', 'form', 'landing', 84),
  component('blog-list', 'Blog list', 'section', 'content', 66),
  component('booking-calendar', 'Booking calendar', 'widget', 'services', 48),
  component('footer', 'Footer', 'section', 'landing', 91),
  component('testimonials', 'Testimonials', 'section', 'landing', 72),
]

/** What sites are for, how often, and how often the library has something for them. */
const SITES = [
  { weight: 30, site: 'landing', industry: 'saas', library: 0.86 },
  { weight: 22, site: 'shop', industry: 'fashion', library: 0.71 },
  { weight: 15, site: 'portfolio', industry: 'design', library: 0.66 },
  { weight: 12, site: 'blog', industry: 'media', library: 0.58 },
  { weight: 11, site: 'booking', industry: 'fitness', library: 0.24 },
  { weight: 6, site: 'menu', industry: 'restaurants', library: 0.19 },
  { weight: 4, site: 'docs', industry: 'software', library: 0.62 },
]
/** Builds that a prompt began; the others rebuild what is there. */
const PROMPTED = 0.5

/** The library and the experiment as they stood when the simulated past began. */
export function libraryFacts(world: World): SimFact[] {
  const atMs = world.dayMs(world.calendar.firstDay)
  const at = iso(atMs)
  const components = COMPONENTS.map(
    (row): SimFact => ({
      kind: 'components',
      atMs,
      row: { ...row, system: true, status: 'published', created_at: at, updated_at: at },
    }),
  )
  const experiment = {
    id: 'new-editor',
    name: 'New editor',
    variants: ['old', 'new'],
    status: 'running',
    started_at: at,
  }
  return [...components, { kind: 'experiments', atMs, row: { ...experiment, updated_at: at } }]
}

/** The prompt that a finished build answered, and the components it took. */
export function promptOf({ atMs, row }: SimFact, random: Random): SimFact[] {
  if (row.kind !== 'build' || row.finished_at === undefined || !random.chance(PROMPTED)) return []
  const { site, industry, library } = random.weighted(SITES)
  const uses = random.chance(library)
  const ok = row.status === 'succeeded'
  const whose = { user_id: row.user_id, tenant_id: row.tenant_id, object_id: row.object_id, job_id: row.id }
  const begunMs = Math.max(Date.parse(String(row.enqueued_at)), atMs - DAY_MS)
  const prompt = {
    id: `prm_${String(row.id).slice(4)}`,
    ts: iso(atMs),
    ...whose,
    model: random.chance(0.7) ? 'claude-sonnet-4-5' : 'gpt-5',
    site_type: site,
    industry,
    status: ok ? 'succeeded' : 'failed',
    duration_ms: Math.round(atMs - begunMs + random.around(9_000, 0.5)),
    library_used: uses,
    updated_at: iso(atMs),
  }
  return [{ kind: 'prompts', atMs, row: prompt }, ...(uses ? usesOf(atMs, whose, random) : [])]
}

function usesOf(atMs: number, whose: Record<string, unknown>, random: Random): SimFact[] {
  return Array.from({ length: random.int(1, 3) }, () => {
    const { id, quality } = random.pick(COMPONENTS)
    const ok = random.chance(0.82 + quality / 600)
    return {
      kind: 'component_uses',
      atMs,
      id: random.uuid(atMs),
      row: { component_id: id, ts: iso(atMs), ...whose, ok },
    }
  })
}

function component(id: string, name: string, kind: string, category: string, quality: number) {
  return { id, name, kind, category, version: '2', quality }
}
