import { OverBudget, PIPELINE_BUDGET_MS } from './budget.ts'

const NETWORK: Record<string, string> = {
  ECONNREFUSED: 'the connection is refused',
  ENOTFOUND: 'its host is not known',
  EAI_AGAIN: 'its host cannot be looked up',
  EHOSTUNREACH: 'there is no way to its host',
  ETIMEDOUT: 'the connection takes too long',
}

/** Why Redis does not answer, in plain words without address or password. */
export function plainReason(error: unknown, connectionError: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  if (isRefusal(error)) return refusal(message)
  if (isRefusal(connectionError)) return refusal(String((connectionError as Error).message))
  const code = (connectionError as { code?: string } | undefined)?.code ?? ''
  if (Object.hasOwn(NETWORK, code)) return `Redis does not answer: ${NETWORK[code]}`
  if (error instanceof OverBudget) return `Redis does not answer within ${PIPELINE_BUDGET_MS} ms`
  return 'Redis does not answer: the connection was lost'
}

const isRefusal = (error: unknown): boolean => error instanceof Error && error.name === 'ReplyError'

function refusal(message: string): string {
  if (/^(NOAUTH|WRONGPASS|ERR invalid password|ERR AUTH)/i.test(message)) return 'Redis refuses the password'
  if (/^LOADING/.test(message)) return 'Redis is still loading its data'
  if (/^BUSY/.test(message)) return 'Redis is busy with a script'
  const command = /run the '(\w+)' command/.exec(message)?.[1]
  if (/^NOPERM/.test(message)) return `Redis does not permit ${command?.toUpperCase() ?? 'to read these keys'}`
  return `Redis refuses: ${message.slice(0, 120)}`
}
