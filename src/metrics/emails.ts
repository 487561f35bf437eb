import { metrics, ratio, sum } from './define.ts'
import type { About, Expr } from './metric.ts'

const total =
  (column: string): Expr =>
  ({ sql }) =>
    sql`sum(r.${sql(column)})`
type Words = Pick<About, 'label' | 'good' | 'definition' | 'action'> & Partial<Pick<About, 'warn' | 'crit'>>

/** E-mails that the product sends, as its provider tells what became of them. */
export default metrics({
  'emails.sent': sum({
    label: 'E-mails sent',
    unit: 'messages',
    good: 'neutral',
    definition: 'E-mails that the watched product sent to its users.',
    action: 'A sudden fall? Look at the provider and at the job that sends them.',
    from: 'emails',
    value: total('n'),
  }),
  'emails.delivery_rate': share('delivered', 'n', {
    label: 'E-mails delivered',
    good: 'up',
    definition: 'E-mails that arrived as a share of those sent.',
    action: 'Below 95 %: clean the list, and check SPF, DKIM and DMARC.',
    warn: 95,
    crit: 90,
  }),
  'emails.open_rate': share('opened', 'delivered', {
    label: 'E-mails opened',
    good: 'up',
    definition: 'E-mails that were opened as a share of those that arrived. Some mail programs never tell.',
    action: 'Falling? Try another subject, another hour, fewer mails.',
  }),
  'emails.click_rate': share('clicked', 'delivered', {
    label: 'E-mails clicked',
    good: 'up',
    definition: 'E-mails in which a link was followed as a share of those that arrived.',
    action: 'Opened and not clicked? One clear thing to do is better than five.',
  }),
  'emails.bounce_rate': share('bounced', 'n', {
    label: 'E-mails bounced',
    good: 'down',
    definition: 'E-mails that came back as a share of those sent.',
    action: 'Above 2 % providers begin to hold mails back: remove the addresses.',
    warn: 2,
    crit: 5,
  }),
  'emails.unsubscribe_rate': share('unsubscribed', 'delivered', {
    label: 'E-mails unsubscribed',
    good: 'down',
    definition: 'E-mails after which somebody unsubscribed or complained, as a share of those that arrived.',
    action: 'After which mail? Send that one to fewer people.',
    warn: 0.5,
    crit: 2,
  }),
})

function share(part: string, whole: string, words: Words) {
  return ratio({ ...words, unit: 'percent', from: 'emails', num: total(part), den: total(whole) })
}
