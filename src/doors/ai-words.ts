/** What a failed AI call and a provider are called here, out of the many words of clients and instrumentations. */

export type ErrorKind = 'provider' | 'timeout' | 'safety' | 'rate_limit' | 'client' | 'server'

// In this order: a rate limit may be told with words of the others.
const KINDS: [ErrorKind, RegExp][] = [
  ['rate_limit', /rate.?limit|too.?many.?requests|resource.?exhausted|throttl|quota/i],
  ['timeout', /time.?d?.?out|deadline/i],
  ['safety', /content.?(filter|policy)|safety|moderation|refusal/i],
  ['client', /bad.?request|invalid|authentication|unauthorized|permission|forbidden|not.?found|unprocessable/i],
]

/** The kind of an error by HTTP status, else by the words for it; undefined where neither says. */
export function errorKindOf(httpStatus: unknown, words: string): ErrorKind | undefined {
  const status = Number(httpStatus)
  if (status === 429) return 'rate_limit'
  if (status === 408 || status === 504) return 'timeout'
  const told = KINDS.find(([, pattern]) => pattern.test(words))?.[0]
  if (status >= 400 && status < 500) return told === 'safety' ? told : 'client'
  return told
}

/** Whether a model ended because something was blocked: an answer, but not the one that was asked for. */
export const isBlocked = (finishReason: string): boolean =>
  /content.?filter|safety|refusal|blocklist|prohibited/i.test(finishReason)

const PROVIDERS: [RegExp, string][] = [
  [/^(azure|az[._])/, 'azure'],
  [/^(aws|amazon)/, 'aws'],
  [/^(gcp|google|vertex|gemini)/, 'google'],
  [/^ibm/, 'ibm'],
  [/^mistral/, 'mistral'],
  [/^(xai|x_ai)/, 'xai'],
]

/** A provider by the name that the price table has for it: azure.ai.openai, gcp.gemini, openai.chat … */
export function providerOf(system: unknown): string | undefined {
  if (typeof system !== 'string' || system === '') return undefined
  const name = system.toLowerCase()
  return PROVIDERS.find(([pattern]) => pattern.test(name))?.[1] ?? name.split('.', 1)[0]
}
