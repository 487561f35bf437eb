import type { Random } from './random.ts'

/** What Acme Studio asks of models: each task prefers one, and now and then takes another. */
export interface Model {
  provider: string
  model: string
  /** Of a middling call; the tails are long. */
  latencyMs: number
}

export interface Task {
  weight: number
  feature: string
  contentType: 'code' | 'text' | 'image' | 'layout'
  tokensIn: number
  tokensOut: number
  models: readonly (Model & { weight: number })[]
}

const SONNET: Model = { provider: 'anthropic', model: 'claude-sonnet-4-5', latencyMs: 5200 }
const HAIKU: Model = { provider: 'anthropic', model: 'claude-haiku-4-5', latencyMs: 1500 }
const GPT: Model = { provider: 'openai', model: 'gpt-5', latencyMs: 6100 }
const GPT_MINI: Model = { provider: 'openai', model: 'gpt-5-mini', latencyMs: 2100 }
const GEMINI: Model = { provider: 'google', model: 'gemini-2.5-flash', latencyMs: 1300 }
/** Runs on a machine of their own: nobody has told a price, so what it costs is unknown, not zero. */
const LAYOUT: Model = { provider: 'self-hosted', model: 'acme-layout-7b', latencyMs: 640 }

export const TASKS: readonly Task[] = [
  task(44, 'generate_page', 'code', 31_000, 11_500, [SONNET, 70], [GPT, 30]),
  task(28, 'edit_section', 'code', 9200, 1500, [HAIKU, 58], [GPT_MINI, 34], [SONNET, 8]),
  task(15, 'write_copy', 'text', 1400, 620, [GEMINI, 70], [GPT_MINI, 30]),
  task(5, 'describe_image', 'image', 2300, 260, [GEMINI, 100]),
  task(8, 'suggest_layout', 'layout', 900, 340, [LAYOUT, 100]),
]

/** Dollars per million tokens, in and out: the model that is used most gets a quarter cheaper. */
export const CHANGED_PRICE = {
  provider: SONNET.provider,
  model: SONNET.model,
  inputPerMtok: 2.25,
  outputPerMtok: 11.25,
}

export type AiError = 'provider' | 'timeout' | 'safety' | 'rate_limit' | 'client'
const USUAL_ERRORS: readonly { weight: number; kind: AiError }[] = [
  { weight: 34, kind: 'provider' },
  { weight: 22, kind: 'timeout' },
  { weight: 24, kind: 'rate_limit' },
  { weight: 12, kind: 'safety' },
  { weight: 8, kind: 'client' },
]
const HTTP_STATUS: Record<AiError, number> = { provider: 529, timeout: 504, safety: 422, rate_limit: 429, client: 400 }

export function aiError(random: Random, outage: boolean): { kind: AiError; httpStatus: number } {
  const kind = outage ? (random.chance(0.68) ? 'provider' : 'timeout') : random.weighted(USUAL_ERRORS).kind
  return { kind, httpStatus: HTTP_STATUS[kind] }
}

/** Acme Studio's own routes, as their users' browsers call them. */
export const ENDPOINTS = [
  endpoint(34, '/api/projects/:id', 42),
  endpoint(24, '/api/projects', 58),
  endpoint(18, '/api/assets', 120),
  endpoint(12, '/api/templates', 36),
  endpoint(8, '/api/domains', 150),
  endpoint(4, '/api/billing', 210),
]

function task(
  weight: number,
  feature: string,
  contentType: Task['contentType'],
  tokensIn: number,
  tokensOut: number,
  ...models: [Model, number][]
): Task {
  const weighted = models.map(([model, share]) => ({ ...model, weight: share }))
  return { weight, feature, contentType, tokensIn, tokensOut, models: weighted }
}

function endpoint(weight: number, route: string, latencyMs: number) {
  return { weight, route, latencyMs }
}
