import { HOUR_MS, iso } from './calendar.ts'
import type { Emitter } from './emitter.ts'
import { projectName } from './names.ts'
import { feeCents } from './plans.ts'
import type { Random } from './random.ts'
import { RATINGS, STEPS } from './steps.ts'
import { answerTicket } from './tickets.ts'
import { hasGit, opinion, repositoryOf, templateOf } from './usage.ts'
import { Work } from './work.ts'
import type { SimUser, UserType, World } from './world.ts'

const PAGES = ['Dashboard', 'Editor', 'Templates', 'Assets', 'Settings', 'Billing', 'Help']
const MEAN_STEPS: Record<UserType, number> = { power: 3.7, regular: 2.6, casual: 1.7, oneDay: 1.2 }

/** One visit: the user signs in, looks around, prompts, previews, builds and sometimes deploys. */
export class Session {
  readonly id: string
  endMs: number
  readonly #work: Work
  readonly #agent: string
  #project: string

  constructor(
    world: World,
    readonly user: SimUser,
    readonly startMs: number,
    private readonly random: Random,
    private readonly out: Emitter,
  ) {
    this.id = random.uuid(startMs)
    this.endMs = startMs
    this.#work = new Work(world, user, random, out)
    this.#agent = random.pick(user.agents)
    this.#project = firstProjectId(user)
  }

  /** Plays the visit; the first one of a new user begins with the sign-up. */
  play(first: boolean): void {
    const { random } = this
    if (first) this.#signUp()
    else if (random.chance(0.7)) this.#event('login', { method: this.user.signIn })
    const steps = 1 + Math.round(random.exponential(MEAN_STEPS[this.user.type]))
    for (let step = 0; step < Math.min(steps, 60); step++) {
      this.endMs += (5 + random.exponential(70)) * 1000
      if (random.chance(0.32)) this.#work.served(this.endMs)
      this[random.weighted(STEPS).step]()
    }
  }

  page(): void {
    const name = this.random.pick(PAGES)
    this.#event(name, { path: `/${name.toLowerCase()}` }, 'page')
  }

  prompt(): void {
    this.#event('prompt_submitted', {})
    this.endMs = this.#work.aiRequest(this.endMs)
    if (this.random.chance(0.4)) this.endMs = this.#work.aiRequest(this.endMs + 400)
  }

  preview(): void {
    this.#event('preview_requested', { project_id: this.#project })
    this.endMs = this.#work.job('preview', this.endMs, this.#project).endMs
  }

  build(): void {
    this.#event('build_requested', { project_id: this.#project })
    const build = this.#work.job('build', this.endMs, this.#project)
    // Nobody watches a progress bar for longer than some minutes.
    this.endMs = Math.min(build.endMs, this.endMs + 4 * 60_000)
    if (build.ok && this.random.chance(0.38)) this.#deploy(build.endMs)
  }

  newProject(): void {
    this.#project = `prj_${this.#serial()}`
    this.#event('project_created', { project_id: this.#project })
    this.#object('project', this.#project, 'draft', projectName(this.random), templateOf(this.user, this.endMs))
    // Many a project is only a try.
    if (this.random.chance(0.35)) this.#closes('project', this.#project, 'archived')
  }

  template(): void {
    this.#event('template_used', { template: this.random.pick(['landing', 'shop', 'blog', 'portfolio', 'docs']) })
  }

  upload(): void {
    const kilobytes = Math.round(this.random.around(420, 1))
    this.#event('file_uploaded', { kilobytes })
    const row = this.#objectRow('upload', `upl_${this.#serial()}`, 'stored', this.endMs, this.endMs)
    this.out.emit('objects', this.endMs, { ...row, quantity: kilobytes * 1024 })
  }

  liveView(): void {
    this.#event('live_view_joined', { project_id: this.#project })
  }

  invite(): void {
    this.#event('invite_sent', {})
    const { user } = this
    const sent = {
      user_id: user.id,
      tenant_id: user.tenant?.id,
      channel: 'email',
      status: 'sent',
      sent_at: iso(this.endMs),
    }
    const id = `inv_${this.random.uuid(this.endMs).replaceAll('-', '').slice(4, 20)}`
    this.out.emit('invites', this.endMs, { id, ...sent, updated_at: iso(this.endMs) })
  }

  domain(): void {
    this.#event('domain_connected', { project_id: this.#project })
  }

  feedback(): void {
    const { rating } = this.random.weighted(RATINGS)
    this.#event('feedback_given', { rating })
    this.out.emit('feedback', this.endMs, opinion(this.user, this.endMs, rating), this.random.uuid(this.endMs))
  }

  ticket(): void {
    const id = `tkt_${this.random.uuid(this.endMs).replaceAll('-', '').slice(4, 20)}`
    this.#event('ticket_opened', { ticket_id: id })
    this.#object('ticket', id, 'open')
    const solvedMs = this.#closes('ticket', id, 'solved')
    answerTicket(this.out, this.user, { id, openedMs: this.endMs, solvedMs })
  }

  /** Credits bought outside of any plan. */
  topUp(): void {
    const { random, user } = this
    const amount = random.pick([1000, 1500, 2500, 5000])
    const ok = !random.chance(0.07)
    const id = `pay_${random.uuid(this.endMs).replaceAll('-', '').slice(0, 24)}`
    this.out.emit('payments', this.endMs, {
      id,
      ts: iso(this.endMs),
      user_id: user.id,
      tenant_id: user.tenant?.id,
      provider: 'stripe',
      status: ok ? 'succeeded' : 'failed',
      amount,
      fee: ok ? feeCents('stripe', amount) : 0,
      currency: 'USD',
      failure_reason: ok ? undefined : 'card_declined',
      updated_at: iso(this.endMs),
      properties: { item: 'credits' },
    })
  }

  #deploy(atMs: number): void {
    const deploy = this.#work.job('deploy', atMs + 2000, this.#project)
    if (!deploy.ok) return
    if (hasGit(this.user)) this.#commit(deploy.endMs)
    this.endMs = Math.max(this.endMs, Math.min(deploy.endMs, this.endMs + 60_000))
    this.#eventAt(deploy.endMs, 'site_deployed', { project_id: this.#project })
    this.out.emit('objects', deploy.endMs, {
      ...this.#objectRow('site', this.#project.replace('prj_', 'site_'), 'live', deploy.endMs, deploy.endMs),
      properties: { url: `https://${this.#project.slice(4, 14).toLowerCase()}.acme-studio.example` },
    })
  }

  /** Who signs in with a Git host has their sites pushed there. */
  #connectGit(): void {
    const { user } = this
    if (!hasGit(user)) return
    const id = user.id.slice(4)
    this.#object('integration', `int_${id}`, 'connected', user.signIn, { provider: user.signIn })
    this.#object('repository', `rep_${id}`, 'tracked', repositoryOf(user), { git_provider: user.signIn })
  }

  #commit(atMs: number): void {
    const { user } = this
    const row = this.#objectRow('commit', `com_${this.#serial()}`, 'processed', atMs, atMs)
    const properties = { git_provider: user.signIn, repository: repositoryOf(user) }
    this.out.emit('objects', atMs, { ...row, properties })
  }

  #signUp(): void {
    const { user } = this
    this.#event('user_signed_up', { provider: user.signIn, referrer: user.referrer })
    this.endMs += 20_000
    this.#project = firstProjectId(user)
    this.#event('project_created', { project_id: this.#project, first: true })
    this.#object('project', this.#project, 'draft', projectName(this.random), templateOf(user, this.endMs))
    this.#connectGit()
  }

  #object(kind: string, id: string, status: string, name?: string, properties?: Record<string, unknown>): void {
    const row = this.#objectRow(kind, id, status, this.endMs, this.endMs)
    this.out.emit('objects', this.endMs, { ...row, name, properties })
  }

  /** An id that nothing else has. */
  #serial(): string {
    return this.random.uuid(this.endMs).replaceAll('-', '').slice(4, 20)
  }

  /** What was just created comes to its end within a day; when. */
  #closes(kind: string, id: string, status: string): number {
    const closedMs = this.endMs + this.random.between(0.3, 20) * HOUR_MS
    const row = this.#objectRow(kind, id, status, this.endMs, closedMs)
    this.out.emit('objects', closedMs, { ...row, closed_at: iso(closedMs) })
    return closedMs
  }

  #objectRow(kind: string, id: string, status: string, createdMs: number, updatedMs: number): Record<string, unknown> {
    const { user } = this
    return {
      kind,
      id,
      status,
      user_id: user.id,
      tenant_id: user.tenant?.id,
      quantity: 1,
      created_at: iso(createdMs),
      updated_at: iso(updatedMs),
    }
  }

  #event(name: string, properties: Record<string, unknown>, type: 'track' | 'page' = 'track'): void {
    this.#eventAt(this.endMs, name, properties, type)
  }

  #eventAt(atMs: number, name: string, properties: Record<string, unknown>, type: 'track' | 'page' = 'track'): void {
    const { user } = this
    const row = {
      name,
      type,
      ts: iso(atMs),
      user_id: user.id,
      tenant_id: user.tenant?.id,
      session_id: this.id,
      ip: user.ip,
      user_agent: this.#agent,
      properties,
    }
    this.out.emit('events', atMs, row, this.random.uuid(atMs))
  }
}

/** Everybody's first project comes with the sign-up, so later sessions can always work on it. */
export function firstProjectId(user: SimUser): string {
  return user.id.replace('usr_', 'prj_')
}
