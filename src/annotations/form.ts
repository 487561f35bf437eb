import { z } from 'zod'
import type { AnnotateProps } from '../../views/parts/index.ts'
import { whyNotChange } from '../auth/guards.ts'
import type { Deps } from '../context.ts'
import type { AdminWho } from '../env.ts'
import { type Filters, filterQuery } from '../lib/filters.ts'
import { today } from '../lib/time.ts'
import { type AnnotationInput, annotationInput, MAX_TEXT } from './input.ts'
import { ANNOTATION_KINDS, WRITTEN_KINDS } from './kinds.ts'
import type { When } from './store.ts'

export const ANNOTATIONS_PATH = '/dashboard/annotations'

/** What the form needs to know of who uses it, and from where. */
export function annotateProps(deps: Deps, admin: AdminWho, tenant: string | undefined, back: string): AnnotateProps {
  const { timeZone } = deps.config
  return {
    back,
    kinds: WRITTEN_KINDS.map((value) => ({ value, label: ANNOTATION_KINDS[value].one })),
    tenants: tenantsOf(admin, tenant),
    today: today(deps.now(), timeZone),
    timeZone,
    maxText: MAX_TEXT,
    off: whyNot(deps, admin),
  }
}

/** Why an admin cannot annotate; undefined = they can. */
export function whyNot(deps: Pick<Deps, 'config'>, admin: AdminWho): string | undefined {
  return whyNotChange(deps, admin, 'operator')
}

/** The page with the form, with the filters kept, and the way back. */
export function annotateHref(filters: Filters, back: string): string {
  return `${ANNOTATIONS_PATH}${filterQuery(filters, {}, { back })}#card-annotate`
}

/** One of the filtered tenant or of all; who is bound to tenants has theirs to choose from. */
function tenantsOf({ tenants }: AdminWho, tenant: string | undefined): AnnotateProps['tenants'] {
  if (tenants !== null) return tenants.map((id) => ({ value: id, label: id }))
  const all = { value: '', label: 'All tenants' }
  return tenant === undefined ? [all] : [{ value: tenant, label: tenant }, all]
}

const time = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'A clock time such as 14:30.')

export type ReadForm =
  | { ok: true; input: Omit<AnnotationInput, 'at' | 'day'>; when: When }
  /** By field: what is wrong with it. */
  | { ok: false; errors: Record<string, string> }

/** The fields of the form; what is wrong with them is said in words. */
export function readForm(fields: Record<string, string>): ReadForm {
  const given = ['text', 'kind', 'day', 'tenant', 'link'].flatMap((name) =>
    fields[name] ? [[name, fields[name]]] : [],
  )
  const read = annotationInput.safeParse({ text: '', ...Object.fromEntries(given) })
  const clock = fields.time ? time.safeParse(fields.time) : undefined
  const issues = [
    ...(clock?.error?.issues.map(({ message }) => ({ field: 'time', message })) ?? []),
    ...(read.error?.issues.map(({ path, message }) => ({ field: String(path[0] ?? 'text'), message })) ?? []),
    ...(fields.day ? [] : [{ field: 'day', message: 'On which day was it?' }]),
  ]
  if (!read.success || issues.length > 0)
    return { ok: false, errors: Object.fromEntries(issues.reverse().map(({ field, message }) => [field, message])) }
  const { at: _, day = '', ...input } = read.data
  return { ok: true, input, when: { day, time: clock?.data } }
}
