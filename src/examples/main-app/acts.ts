import { randomBytes } from 'node:crypto'
import { buildActs } from './build-acts.ts'
import { newUserFact, trialFact, userFact } from './facts.ts'
import { type Act, type Asked, type Intent, type Refused, refuse } from './intent.ts'
import type { AppUser, Store } from './store.ts'

const DAY_MS = 86_400_000
const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10)

/** What this product can do with a user who is there. */
export const acts: Record<string, Act> = {
  edit: ({ store, user, fields, nowMs, tell }) => {
    const email = String(fields.email ?? user.email)
    const username = String(fields.username ?? user.username)
    const other = store.byEmail(email)
    if (other && other.id !== user.id) return refuse(409, `${email} is somebody else’s address.`, 'email')
    const changes = [
      { label: 'E-mail', now: user.email, after: email },
      { label: 'Username', now: user.username, after: username },
    ].filter(({ now, after }) => now !== after)
    if (changes.length === 0) return refuse(409, 'Nothing of it is new.')
    return {
      would: 'The new address works for the next sign-in.',
      done: `The account is ${email} now.`,
      changes,
      undo: { action: 'edit', fields: { email: user.email, username: user.username } },
      apply: () => change(store, user, { email, username }, nowMs, tell),
    }
  },

  'change-plan': ({ store, user, fields, nowMs, tell }) => {
    const [before, after] = [planOf(store, user.plan), planOf(store, String(fields.plan))]
    if (!after) return refuse(422, `There is no plan “${fields.plan}”.`, 'plan')
    if (user.plan === after.id) return refuse(409, `The user is on ${after.name} already.`, 'plan')
    const limits = Object.entries(after.limits).map(([name, value]) => ({
      label: `Limit: ${name.replaceAll('_', ' ')}`,
      now: before?.limits[name] ?? null,
      after: value,
    }))
    return {
      would: 'It holds from now on; the running period is not billed again.',
      done: `The user is on ${after.name} now.`,
      changes: [{ label: 'Plan', now: before?.name ?? user.plan, after: after.name }, ...limits],
      undo: { action: 'change-plan', fields: { plan: user.plan } },
      apply: () => change(store, user, { plan: after.id }, nowMs, tell),
    }
  },

  limits: ({ store, user, fields, nowMs, tell }) => {
    const name = String(fields.limit)
    const value = Number(fields.value)
    const planned = planOf(store, user.plan)?.limits[name]
    if (planned === undefined) return refuse(422, `The plan has no limit “${name}”.`, 'limit')
    const now = user.limits[name] ?? planned
    if (now === value) return refuse(409, 'That is the limit already.', 'value')
    const days = fields.days === undefined ? 'until it is changed' : `for ${fields.days} days`
    return {
      would: `It holds ${days}.`,
      done: `${name.replaceAll('_', ' ')}: ${value}, ${days}.`,
      changes: [{ label: name.replaceAll('_', ' '), now, after: value }],
      undo: { action: 'limits', fields: { limit: name, value: now } },
      apply: () => change(store, user, { limits: { ...user.limits, [name]: value } }, nowMs, tell),
    }
  },

  trial: ({ store, user, fields, nowMs, tell }) => {
    const plan = planOf(store, String(fields.plan))
    if (!plan) return refuse(422, `There is no plan “${fields.plan}”.`, 'plan')
    if ((user.trialEndsMs ?? 0) > nowMs)
      return refuse(409, `The user has a trial already, until ${day(user.trialEndsMs ?? 0)}.`)
    const trialEndsMs = nowMs + Number(fields.days) * DAY_MS
    return {
      would: 'Nothing is charged, and nothing is renewed by itself.',
      done: `${plan.name} on trial until ${day(trialEndsMs)}.`,
      changes: [
        { label: 'Plan', now: planOf(store, user.plan)?.name ?? user.plan, after: `${plan.name}, on trial` },
        { label: 'Trial ends', now: null, after: day(trialEndsMs) },
      ],
      apply: () => {
        change(store, user, { plan: plan.id, trialEndsMs }, nowMs, tell)
        tell([trialFact(user, nowMs, trialEndsMs)])
        return undefined
      },
    }
  },

  'waive-fees': ({ store, user, fields, nowMs, tell }) => {
    const feesWaivedUntilMs = nowMs + Number(fields.months) * 30 * DAY_MS
    const now = user.feesWaivedUntilMs && user.feesWaivedUntilMs > nowMs ? day(user.feesWaivedUntilMs) : null
    return {
      would: 'Payments are taken without our fee until then.',
      done: `No fees until ${day(feesWaivedUntilMs)}.`,
      changes: [{ label: 'Fees waived until', now, after: day(feesWaivedUntilMs) }],
      apply: () => change(store, user, { feesWaivedUntilMs }, nowMs, tell),
    }
  },

  ...buildActs,

  impersonate: ({ store, user, fields, by, nowMs, home }) => {
    const minutes = Number(fields.minutes)
    return {
      would: `A link that opens once, within 5 minutes, and then ${minutes} minutes as this user, under a banner.`,
      done: 'The link opens once, within 5 minutes.',
      changes: [{ label: 'Signed in as this user', now: null, after: `${by}, for ${minutes} minutes` }],
      apply: () => {
        const token = randomBytes(24).toString('base64url')
        const linkEndsMs = nowMs + 5 * 60_000
        store.visits.set(token, {
          userId: user.id,
          by,
          linkEndsMs,
          endsMs: linkEndsMs + minutes * 60_000,
          opened: false,
        })
        return { url: `${home}/impersonate/${token}`, expires_at: new Date(linkEndsMs).toISOString() }
      },
    }
  },

  suspend: (asked) => status(asked, 'suspended', 'The user is signed out, and cannot sign in.', 'reinstate'),
  ban: (asked) => status(asked, 'banned', 'The user is signed out for good.', 'reinstate'),
  reinstate: (asked) => status(asked, 'active', 'The user can sign in again.'),

  delete: ({ store, user, nowMs, tell }) => ({
    would: 'The account, its projects and its sites are deleted.',
    done: 'The account is deleted.',
    changes: [{ label: 'Status', now: user.status, after: 'deleted' }],
    apply: () => change(store, user, { status: 'deleted' }, nowMs, tell),
  }),
}

/** Makes a user: of nobody who is there already. */
export const create: Act = ({ store, fields, nowMs, tell }) => {
  const email = String(fields.email)
  if (store.byEmail(email)) return refuse(409, `${email} has an account already.`, 'email')
  const plan = fields.plan === undefined ? store.plans[0] : planOf(store, String(fields.plan))
  if (!plan) return refuse(422, `There is no plan “${fields.plan}”.`, 'plan')
  const id = `usr_${randomBytes(8).toString('hex')}`
  const username = String(fields.username ?? email.split('@')[0])
  return {
    would: `A welcome mail goes to ${email}.`,
    done: `${email} has an account now.`,
    changes: [
      { label: 'Account', now: null, after: email },
      { label: 'Plan', now: null, after: plan.name },
    ],
    apply: () => {
      const user = store.put({ id, email, username, plan: plan.id, tenantId: String(fields.tenant ?? '') })
      store.touched.add(id)
      tell([newUserFact(user, nowMs)])
      return { user_id: id }
    },
  }
}

const planOf = (store: Store, id: string) => store.plans.find((plan) => plan.id === id)

function status(asked: Asked, to: AppUser['status'], words: string, undo?: string): Intent | Refused {
  const { store, user, nowMs, tell } = asked
  if (user.status === to) return refuse(409, `The user is ${to} already.`)
  return {
    would: words,
    done: words,
    changes: [{ label: 'Status', now: user.status, after: to }],
    ...(undo && user.status === 'active' && { undo: { action: undo, fields: {} } }),
    apply: () => change(store, user, { status: to }, nowMs, tell),
  }
}

function change(store: Store, user: AppUser, to: Partial<AppUser>, nowMs: number, tell: Asked['tell']): undefined {
  const changed = store.put({ ...to, id: user.id })
  store.touched.delete(user.id)
  store.touched.add(user.id)
  tell([userFact(changed, nowMs)])
}
