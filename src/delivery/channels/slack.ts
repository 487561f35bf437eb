import { z } from 'zod'
import type { ChannelKind, Message } from '../types.ts'
import { headline, toneOf } from '../words.ts'
import { postJson, webAddress } from './web.ts'

/** Incoming webhooks of Slack, and of what takes the same: Mattermost, Rocket.Chat, Discord (/slack). */
export const slack: ChannelKind = {
  kind: 'slack',
  label: 'Slack',
  icon: 'message',
  doc: 'An incoming webhook of Slack, Mattermost, Rocket.Chat, or of Discord with /slack at its end.',
  fields: [
    {
      name: 'url',
      label: 'Webhook URL',
      hint: 'It is a key to the channel: kept encrypted, and never shown again.',
      placeholder: 'https://hooks.slack.com/services/…',
      secret: true,
    },
  ],
  schema: (config) => z.object({ url: webAddress(config) }),
  target: ({ url = '' }) => new URL(url).host,
  send: (deps, { url = '' }, message) => postJson(deps, url, JSON.stringify(bodyOf(message))),
}

const COLORS = { good: '#2f9e44', warn: '#e8890c', crit: '#d6336c', info: '#1c7ed6' }

/** Attachments, since that is what all of them understand; the text above is for notifications on a phone. */
function bodyOf(message: Message) {
  const { link, text, at, product } = message
  return {
    text: escaped(headline(message)),
    attachments: [
      {
        color: COLORS[toneOf(message)],
        fallback: escaped(headline(message)),
        text: escaped(link ? `${text}\n` : text) + (link ? `<${link}|Open in Quarterdeck>` : ''),
        footer: escaped(`Quarterdeck, ${product}`),
        ts: Math.floor(at.getTime() / 1000),
      },
    ],
  }
}

/** A name with "<!channel>" in it calls nobody. */
const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').slice(0, 3_000)
