import { randomUUID } from 'node:crypto'
import type { Config } from '../config.ts'
import type { Deps } from '../context.ts'
import { sendMail } from '../delivery/mailer.ts'
import { LIFE_TEXT, type LinkKind } from './links.ts'

/** Where mails go out; undefined = nowhere: then links are made by owners and at the command line. */
export function smtpUrlOf(config: Config): string | undefined {
  return config.smtpUrl || undefined
}

interface LinkMail {
  to: string
  link: string
  kind: LinkKind
}

/** Sends a link at which a password is chosen. @throws Error where the mail server does not take it */
export async function sendLinkMail({ config }: Pick<Deps, 'config'>, { to, link, kind }: LinkMail): Promise<void> {
  if (!smtpUrlOf(config)) throw new Error('no mail server is set')
  await sendMail({ config }, { id: randomUUID(), to: [to], ...textOf(config, link, kind) })
}

function textOf({ baseUrl }: Config, link: string, kind: LinkKind): { subject: string; text: string } {
  const { host } = new URL(baseUrl)
  if (kind === 'invite')
    return {
      subject: `Your account at Quarterdeck (${host})`,
      text: `An account was made for you at ${baseUrl}.\n\nChoose your password here within ${LIFE_TEXT.invite}; the link is good once:\n\n${link}\n`,
    }
  return {
    subject: `A new password for Quarterdeck (${host})`,
    text: `Somebody, most likely you, asked for a new password at ${baseUrl}.\n\nChoose it here within ${LIFE_TEXT.reset}; the link is good once:\n\n${link}\n\nWas it not you? Then there is nothing to do: your password stays as it is.\n`,
  }
}
