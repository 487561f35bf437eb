import type { Deps } from '../context.ts'
import { Unreadable } from '../lib/sealed.ts'
import { productText } from '../settings/registry.ts'
import { freshSettings } from '../settings/store.ts'
import { kindOf } from './channels/index.ts'
import type { Claimed } from './claim.ts'
import { sendMail } from './mailer.ts'
import { DeliveryError, type Message, type Sent, type Values } from './types.ts'
import { valuesOf } from './values.ts'

/** Sends what was claimed, by its channel or as a mail to one person. @throws DeliveryError */
export async function sendClaimed(deps: Deps, claimed: Claimed): Promise<Sent> {
  if (claimed.kind === 'mail') return sendToPerson(deps, claimed)
  const kind = kindOf(claimed.channelKind ?? '')
  if (!kind) throw new DeliveryError(`There are no channels of the kind ${claimed.channelKind}.`, { permanent: true })
  return kind.send(deps, readable(deps, claimed), await messageOf(deps, claimed))
}

function sendToPerson(deps: Deps, { payload, messageId }: Claimed): Promise<Sent> {
  const { to, subject, text } = payload as Record<'to' | 'subject' | 'text', string>
  return sendMail(deps, { id: messageId, to: [to], subject, text })
}

function readable(deps: Deps, { channelId, settings, secret }: Claimed): Values {
  try {
    return valuesOf(deps, { id: channelId, settings: settings ?? {}, secret })
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error
    throw new DeliveryError(`${error.message} Enter the secret of the channel again.`, { permanent: true })
  }
}

async function messageOf(deps: Deps, claimed: Claimed): Promise<Message> {
  const { dedupeKey, kind, payload, thread, createdAt, messageId } = claimed
  const { severity, title, text, link } = payload as Record<string, string | undefined>
  const { baseUrl } = deps.config
  return {
    id: messageId,
    dedupeKey,
    kind: kind as Message['kind'],
    severity: severity ?? 'info',
    title: (title ?? '').replace(/\s+/g, ' '),
    text: text ?? '',
    link: link === undefined ? undefined : new URL(link, `${baseUrl}/`).href,
    thread: thread ?? undefined,
    at: createdAt,
    product: productText(await freshSettings(deps)),
  }
}
