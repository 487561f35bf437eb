import { createTransport } from 'nodemailer'
import type { Config } from '../config.ts'
import type { Deps } from '../context.ts'
import { DeliveryError, type Sent } from './types.ts'

/** A mail of plain text. */
export interface Mail {
  /** Of the outbox: the same at each attempt. */
  id: string
  to: string[]
  subject: string
  text: string
  /** Mails of one thread are shown together. */
  thread?: string
  headers?: Record<string, string>
}

/** For one answer of the server each; SMTP_URL may say otherwise in its query. */
const TIMEOUTS = { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 15_000, dnsTimeout: 5_000 }
/** For all of them together, however many recipients there are: well within the lease of an attempt. */
const WHOLE_MS = 60_000

/** Sends a mail by SMTP; without SMTP_URL it is kept. What is not over in time is broken off. @throws DeliveryError */
export async function sendMail({ config }: Pick<Deps, 'config'>, mail: Mail, wholeMs = WHOLE_MS): Promise<Sent> {
  if (config.smtpUrl === '') return { outcome: 'kept', detail: 'SMTP_URL is not set: the mail is kept here.' }
  const signal = AbortSignal.timeout(wholeMs)
  try {
    const { response, rejected } = await transportOf(config).sendMail({
      from: senderOf(config),
      to: mail.to,
      subject: mail.subject,
      text: mail.text,
      messageId: messageIdOf(config, mail.id),
      ...(mail.thread && { references: messageIdOf(config, mail.thread) }),
      headers: { ...mail.headers },
      disableFileAccess: true,
      disableUrlAccess: true,
      signal,
    })
    const left = rejected.length > 0 ? `Refused for ${rejected.join(', ')}. ` : ''
    return { outcome: 'sent', status: Number.parseInt(response, 10) || undefined, detail: `${left}${response}` }
  } catch (error) {
    if (signal.aborted)
      throw new DeliveryError(`The mail server did not take it within ${wholeMs / 1000} s.`, { permanent: false })
    throw failureOf(error as SmtpError)
  }
}

/** Who mails are from: MAIL_FROM, or an address of the host that browsers know. */
export function senderOf({ mailFrom, baseUrl }: Pick<Config, 'mailFrom' | 'baseUrl'>): string {
  return mailFrom || `Quarterdeck <quarterdeck@${new URL(baseUrl).hostname}>`
}

/** The Message-ID of what has an id in the outbox. */
export function messageIdOf(config: Pick<Config, 'mailFrom' | 'baseUrl'>, id: string): string {
  const domain = /@([^\s>]+)>?$/.exec(senderOf(config))?.[1] ?? 'localhost'
  return `<${id.replace(/[^\w.-]/g, '-')}@${domain}>`
}

const transports = new WeakMap<Config, ReturnType<typeof makeTransport>>()
const makeTransport = ({ smtpUrl }: Config) => createTransport({ url: smtpUrl, ...TIMEOUTS })

function transportOf(config: Config): ReturnType<typeof makeTransport> {
  const known = transports.get(config)
  if (known) return known
  const fresh = makeTransport(config)
  transports.set(config, fresh)
  return fresh
}

interface SmtpError extends Error {
  command?: string
  responseCode?: number
}

/** What is said of this mail. A bad greeting or log-in is of the server: it passes when that is mended. */
const OF_THE_MAIL = /^(MAIL FROM|RCPT TO|DATA)/

function failureOf({ message, command = '', responseCode: status }: SmtpError): DeliveryError {
  const permanent = status !== undefined && status >= 500 && OF_THE_MAIL.test(command)
  return new DeliveryError(message.replace(/\s+/g, ' ').slice(0, 500), { permanent, ...(status && { status }) })
}
