import type { Expr } from './metric.ts'

/** Dimensions that rows of single users do not have themselves: looked up only where they are asked for. */

const userJoin: Expr = ({ sql }) => sql`left join users ru on ru.user_id = r.user_id`

export const USER_DIMS: Record<'country' | 'provider', Expr> = {
  country: ({ sql }) => sql`coalesce(ru.country, '')`,
  provider: ({ sql }) => sql`coalesce(ru.provider, '')`,
}
export const USER_JOINS: Record<string, Expr> = { country: userJoin, provider: userJoin }

/** A user's day has several events: it is then a row for each of their names. */
export const EVENT_DIM: Record<'event', Expr> = { event: ({ sql }) => sql`re.name` }
export const EVENT_JOIN: Record<string, Expr> = {
  event: ({ sql }) => sql`join event_names re on re.type = 'event' and get_bit(r.names, re.id) = 1`,
}

/** What the variant of an object says depends on its kind: each has a dimension of its own, without the other kinds. */
const VARIANTS = {
  template: ({ sql }) => sql`r.origin <> ''`,
  contract_template: ({ sql }) => sql`r.kind = 'contract' and r.origin <> ''`,
  tracker: ({ sql }) => sql`r.kind = 'time_entry'`,
  git_provider: ({ sql }) => sql`r.kind in ('commit', 'repository')`,
  version: ({ sql }) => sql`r.kind = 'cli_install'`,
  integration: ({ sql }) => sql`r.kind = 'integration'`,
  verified: ({ sql }) => sql`r.kind = 'deliverable'`,
} satisfies Record<string, Expr>
type Variant = keyof typeof VARIANTS

const variant: Expr = ({ sql }) => sql`rv.value`
export const VARIANT_DIMS = Object.fromEntries(Object.keys(VARIANTS).map((name) => [name, variant])) as Record<
  Variant,
  Expr
>
export const VARIANT_JOINS: Record<string, Expr> = Object.fromEntries(
  Object.entries(VARIANTS).map(([name, which]): [string, Expr] => [
    name,
    (q) => q.sql`join lateral (select r.variant as value where ${which(q)}) rv on true`,
  ]),
)
/** Whose the template is that an object was made from. */
export const ORIGIN_DIM: Record<'origin', Expr> = { origin: ({ sql }) => sql`ro.value` }
export const ORIGIN_JOIN: Record<string, Expr> = {
  origin: ({ sql }) => sql`join lateral (select r.origin as value where r.origin <> '') ro on true`,
}
