import { metrics, percentile, ratio, sum } from './define.ts'
import type { About } from './metric.ts'

const BY = ['page', 'device'] as const
type Name = 'LCP' | 'INP' | 'CLS' | 'FCP' | 'TTFB' | 'LOAD' | 'TTI'
type Words = Pick<About, 'label' | 'definition' | 'action'> & Partial<Pick<About, 'warn' | 'crit'>>

/** How fast pages are for those who open them. The limits are web.dev's. */
export default metrics({
  'vitals.lcp_p50': at('LCP', 0.5, {
    label: 'LCP, median',
    definition: 'Largest contentful paint: half of the page loads showed their main part sooner.',
    action: 'See LCP, p75.',
  }),
  'vitals.lcp_p75': at('LCP', 0.75, {
    label: 'LCP, p75',
    definition: 'Largest contentful paint: three of four page loads showed their main part sooner. Good up to 2.5 s.',
    action: 'By page: make the largest image smaller, load it first, and answer faster.',
    warn: 2500,
    crit: 4000,
  }),
  'vitals.lcp_p95': at('LCP', 0.95, {
    label: 'LCP, p95',
    definition: 'Largest contentful paint: nineteen of twenty page loads showed their main part sooner.',
    action: 'Phones only? Look at what is loaded there that nobody sees.',
  }),
  'vitals.inp_p50': at('INP', 0.5, {
    label: 'INP, median',
    definition: 'Interaction to next paint: on half of the page loads the page answered clicks and keys faster.',
    action: 'See INP, p75.',
  }),
  'vitals.inp_p75': at('INP', 0.75, {
    label: 'INP, p75',
    definition:
      'Interaction to next paint: on three of four page loads the page answered clicks and keys faster. Good up to 200 ms.',
    action: 'Long tasks block the page: split them, and send less script.',
    warn: 200,
    crit: 500,
  }),
  'vitals.inp_p95': at('INP', 0.95, {
    label: 'INP, p95',
    definition: 'Interaction to next paint: on nineteen of twenty page loads the page answered faster.',
    action: 'Look at the pages with the most script, on phones.',
  }),
  'vitals.cls_p50': at('CLS', 0.5, {
    label: 'CLS, median',
    definition: 'Cumulative layout shift: half of the page loads moved less under the reader’s eyes.',
    action: 'See CLS, p75.',
  }),
  'vitals.cls_p75': at('CLS', 0.75, {
    label: 'CLS, p75',
    definition: 'Cumulative layout shift: three of four page loads moved less under the reader’s eyes. Good up to 0.1.',
    action: 'Give images and banners their size beforehand, and fonts a fallback of the same width.',
    warn: 0.1,
    crit: 0.25,
  }),
  'vitals.cls_p95': at('CLS', 0.95, {
    label: 'CLS, p95',
    definition: 'Cumulative layout shift: nineteen of twenty page loads moved less.',
    action: 'Look at the pages with late banners and advertisements.',
  }),
  'vitals.ttfb_p75': at('TTFB', 0.75, {
    label: 'Time to first byte, p75',
    definition: 'Three of four page loads had the first byte of their answer sooner. Good up to 0.8 s.',
    action: 'Slow everywhere? Look at the server. Far away only? Use a cache near the visitors.',
    warn: 800,
    crit: 1800,
  }),
  'vitals.fcp_p75': at('FCP', 0.75, {
    label: 'First paint, p75',
    definition: 'First contentful paint: three of four page loads showed something sooner. Good up to 1.8 s.',
    action: 'Much later than the first byte? Styles and scripts hold the page up.',
    warn: 1800,
    crit: 3000,
  }),
  'vitals.load_p50': at('LOAD', 0.5, {
    label: 'Page load, median',
    definition: 'Half of the page loads were complete sooner.',
    action: 'See Page load, p75.',
  }),
  'vitals.load_p75': at('LOAD', 0.75, {
    label: 'Page load, p75',
    definition: 'Three of four page loads were complete sooner.',
    action: 'By page: what is loaded that could wait?',
    warn: 3000,
    crit: 6000,
  }),
  'vitals.load_p95': at('LOAD', 0.95, {
    label: 'Page load, p95',
    definition: 'Nineteen of twenty page loads were complete sooner.',
    action: 'Look at phones and at pages with large images.',
  }),
  'vitals.tti_p75': at('TTI', 0.75, {
    label: 'First interaction, p75',
    definition: 'Time until the first click or key: on three of four page loads somebody did something sooner.',
    action: 'Late? Visitors do not find what to do: look at the top of the page.',
  }),
  'vitals.lcp_good': good('LCP', { label: 'LCP good', definition: 'Page loads with an LCP of at most 2.5 s.' }),
  'vitals.inp_good': good('INP', { label: 'INP good', definition: 'Page loads with an INP of at most 200 ms.' }),
  'vitals.cls_good': good('CLS', { label: 'CLS good', definition: 'Page loads with a CLS of at most 0.1.' }),
  'vitals.measured': sum({
    label: 'Page loads measured',
    unit: 'pages',
    good: 'neutral',
    definition: 'Page loads of which the LCP was told.',
    action: 'Far below page loads? Visitors leave early, or their browsers do not measure it.',
    from: 'vitals',
    by: BY,
    value: ({ sql }) => sql`coalesce(sum(r.n) filter (where r.name = 'LCP'), 0)`,
  }),
})

function at(name: Name, p: number, words: Words) {
  return percentile({
    ...words,
    unit: name === 'CLS' ? 'shift' : 'ms',
    good: 'down',
    from: 'vitals',
    by: BY,
    // CLS is kept in thousandths; what did not move at all is below the first of them.
    value: ({ sql }) =>
      name === 'CLS'
        ? sql`(select case when q = 0.5 then 0 else q / 1000 end
            from (select hist_quantile(hist_sum(r.hist) filter (where r.name = 'CLS'), ${p}::float8) as q) h)`
        : sql`hist_quantile(hist_sum(r.hist) filter (where r.name = ${name}), ${p}::float8)`,
  })
}

function good(name: Name, words: Pick<About, 'label' | 'definition'>) {
  return ratio({
    ...words,
    definition: `${words.definition.replace(/\.$/, '')}, as a share of all that were measured.`,
    action: 'Google looks at 75 %: below it, see the same vital’s p75 by page and device.',
    unit: 'percent',
    good: 'up',
    warn: 75,
    crit: 50,
    from: 'vitals',
    by: BY,
    num: ({ sql }) => sql`coalesce(sum(r.good) filter (where r.name = ${name}), 0)`,
    den: ({ sql }) => sql`coalesce(sum(r.n) filter (where r.name = ${name}), 0)`,
  })
}
