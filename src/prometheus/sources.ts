import type { Deps } from '../context.ts'
import { DATABASE } from '../lib/settle.ts'
import type { Family } from './text.ts'

/** Which sources answer. One that nobody has heard of yet has no sample. */
export function sourceFamilies({ book }: Pick<Deps, 'book'>): Family[] {
  const others = book.states().filter(({ source }) => source !== DATABASE)
  const samples = [
    { labels: { source: DATABASE }, value: Number(!book.isDegraded(DATABASE)) },
    ...others.map(({ source, state }) => ({ labels: { source }, value: Number(state === 'up') })),
  ]
  return [{ name: 'quarterdeck_source_up', help: 'Whether a source answers (1) or not (0).', type: 'gauge', samples }]
}
