import { MAIN_APP } from '../../connectors/rest-client.ts'
import type { Deps } from '../../context.ts'
import { SourceUnavailable } from '../../lib/settle.ts'
import { ask } from '../client.ts'
import { whyNoMainApp } from '../may.ts'
import { type Product, productAnswer, STATE_PATH } from './contract.ts'

/** What is set, or why it is not known; `away` = the main app is not there, or does not answer. */
export type ToldProduct = { product: Product } | { why: string; away: boolean }

/** Asks the main app what is set for the whole product; once, as somebody waits. */
export async function readProduct(deps: Deps): Promise<ToldProduct> {
  const none = whyNoMainApp(deps)
  if (none) return { why: none, away: false }
  const outcome = await ask(deps, { method: 'GET', path: STATE_PATH, answer: productAnswer, attempts: 1 })
  if (outcome.kind === 'answered') return { product: outcome.answer }
  if (outcome.kind === 'working') return { why: 'The main app has not said yet what is set.', away: false }
  if (outcome.kind === 'refused' && outcome.status === 404)
    return { why: 'This product does not tell what is set: it has no such address (404).', away: false }
  if (outcome.kind === 'refused') return { why: `The main app refuses to tell: “${outcome.reason}”`, away: false }
  return { why: outcome.reason, away: deps.book.isDegraded(MAIN_APP) }
}

/** The same for a card, which keeps what was told last while the main app is away. @throws SourceUnavailable */
export async function cardOfProduct(deps: Deps): Promise<ToldProduct> {
  const told = await readProduct(deps)
  if ('why' in told && told.away) throw new SourceUnavailable(MAIN_APP, told.why.replace(/\.$/, ''))
  return told
}
