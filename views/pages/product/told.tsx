import { whyNoMainApp, whyNot } from '../../../src/actions/may.ts'
import { askWithHref } from '../../../src/actions/paths.ts'
import type { Product } from '../../../src/actions/product/contract.ts'
import { findAction } from '../../../src/actions/registry.ts'
import { cardState } from '../../../src/card-state.ts'
import { momentText } from '../../../src/lib/dates.ts'
import { shownOf } from '../../../src/lib/settle.ts'
import type { PageContext } from '../../../src/page.ts'
import { type CardState, Icon } from '../../parts/index.ts'
import type { ProductProps } from '../product.tsx'

/** One part of what the product told; undefined = it is not known, or there is none. */
export function partOf<P extends keyof Product>({ data }: ProductProps, part: P): Product[P] {
  const told = shownOf(data.told)
  return told && 'product' in told ? told.product[part] : undefined
}

/** How the card of a part looks: filled, or why there is nothing in it. */
export function stateOf({ data: { told }, context: { deps } }: ProductProps, part: keyof Product): CardState {
  return cardState(told, deps.now(), (value) => {
    if ('product' in value) return value.product[part] === undefined ? NONE[part] : undefined
    const link = { label: 'How the product tells it', href: '/dashboard/docs/actions#product' }
    const title = whyNoMainApp(deps) ? 'No main app' : 'Not known'
    return { kind: 'empty', title, text: value.why, link }
  })
}

const none = (title: string, part: string): CardState => ({
  kind: 'empty',
  title,
  text: `The product’s answer has no “${part}”.`,
  link: { label: 'How the product tells it', href: '/dashboard/docs/actions#product' },
})
const NONE: Record<keyof Product, CardState> = {
  flags: none('No feature flags', 'flags'),
  maintenance: none('No maintenance mode', 'maintenance'),
  rate_limits: none('No rate limits', 'rate_limits'),
}

interface AskProps {
  context: PageContext
  action: string
  fields?: Record<string, string>
  label: string
  /** Of a row: what it is about, for who hears it. */
  about?: string
  small?: boolean
}

/** Leads to the page that asks, or says why it does not. */
export const AskButton = ({ context: { deps, admin }, action: name, fields = {}, label, about, small }: AskProps) => {
  const action = findAction(name)
  if (!action) return null
  const off = whyNot(deps, admin, action)
  const look = `q-btn${small ? ' q-btn-small' : ''}`
  const inside = (
    <>
      {!small && <Icon name={action.icon} />}
      {label}
      {about && <span class="q-sr">{` ${about}`}</span>}
    </>
  )
  return off ? (
    <button type="button" class={look} disabled title={off.why}>
      {inside}
    </button>
  ) : (
    <a class={look} href={askWithHref(name, fields)}>
      {inside}
    </a>
  )
}

/** "20 Nov, 14:32 by ada"; '' where the product does not say. */
export function changedText(
  { changed_at: at, changed_by: by }: { changed_at?: string; changed_by?: string },
  { filters, deps }: PageContext,
): string {
  const when = at && momentText(new Date(at), filters.today, deps.config.timeZone)
  return [when, by && `by ${by}`].filter(Boolean).join(' ')
}
