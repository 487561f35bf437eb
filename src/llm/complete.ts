import { z } from 'zod'
import type { Deps } from '../context.ts'
import { OutgoingError, outgoing } from '../lib/outgoing.ts'

/** The model did not write anything that can be used; the message says why, and holds no key. */
export class NoCompletion extends Error {
  override name = 'NoCompletion'
}

type Asking = Pick<Deps, 'config' | 'fetch'>

/** Whether there is a model to ask. */
export const hasModel = ({ config }: Pick<Deps, 'config'>): boolean => config.llmUrl !== '' && config.llmModel !== ''

const answer = z.looseObject({
  choices: z.tuple([z.looseObject({ message: z.looseObject({ content: z.string() }) })]).rest(z.unknown()),
})
const MAX_ANSWER_BYTES = 256 * 1024

/**
 * Has the model write something: once, within the time of the settings. Who wants it tried again asks again.
 * @throws NoCompletion
 */
export async function complete(
  deps: Asking,
  asked: { task: string; about: string; maxTokens: number },
): Promise<string> {
  const { llmUrl, llmKey, llmModel, llmTimeoutMs } = deps.config
  const { status, text } = await outgoing(deps.fetch, `${llmUrl}/chat/completions`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(llmKey !== '' && { authorization: `Bearer ${llmKey}` }),
    },
    body: JSON.stringify({
      model: llmModel,
      messages: [
        { role: 'system', content: asked.task },
        { role: 'user', content: asked.about },
      ],
      max_tokens: asked.maxTokens,
      temperature: 0.2,
    }),
    timeoutMs: llmTimeoutMs,
    maxBytes: MAX_ANSWER_BYTES,
  }).catch(unreached)
  if (status !== 200) throw new NoCompletion(REFUSALS[status] ?? `The model’s server answered ${status}.`)
  const written = contentOf(text)
  if (written === undefined) throw new NoCompletion('The model’s server answered something else than a completion.')
  return written
}

const REFUSALS: Record<number, string> = {
  401: 'The model’s server does not accept LLM_KEY (401).',
  403: 'The model’s server does not accept LLM_KEY (403).',
  404: 'The model’s server knows neither the address nor the model (404): see LLM_URL and LLM_MODEL.',
  429: 'The model’s server asks for fewer requests (429), or its quota is used up.',
}

function unreached(error: unknown): never {
  if (error instanceof OutgoingError) throw new NoCompletion(`The model’s server gave no answer: ${error.message}.`)
  throw error
}

/** Text as it may be shown: trimmed, and without control characters. */
function contentOf(text: string): string | undefined {
  try {
    const { success, data } = answer.safeParse(JSON.parse(text))
    const content = success ? data.choices[0].message.content : ''
    return content.replace(/[^\P{Cc}\n]/gu, ' ').trim() || undefined
  } catch {
    return undefined
  }
}
