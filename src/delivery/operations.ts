import { z } from 'zod'
import { operation } from '../api/operation.ts'
import { parameters } from '../api/query.ts'
import { channelKinds } from './channels/index.ts'
import { MAX_CANARY_HOURS, MAX_NAME } from './input.ts'
import { KINDS, STATES } from './types.ts'
import { SEVERITIES } from './words.ts'

const instant = z.iso.datetime()

const channel = z.strictObject({
  id: z.string(),
  kind: z.string(),
  name: z.string(),
  target: z.string().describe('Where it leads, without what is secret.'),
  state: z.enum(['on', 'off', 'failed']).describe('failed: it refused for good, and waits for an admin.'),
  reason: z.string().nullable().describe('Why it failed.'),
  late_since: z.iso.datetime().nullable().describe('Since when nothing goes through although something waits.'),
  from_severity: z.enum(SEVERITIES).describe('The least severity that it is told.'),
  resolved: z.boolean().describe('Whether it is also told when something is over.'),
  canary_hours: z.number().nullable(),
  by: z.string(),
  updated_at: instant,
})

const listed = channel.extend({
  waiting: z.number().describe('Notices that wait for it.'),
  last: z.strictObject({ id: z.number(), state: z.enum(STATES), at: instant }).nullable(),
  last_canary: z.strictObject({ state: z.enum(STATES), at: instant }).nullable(),
})

const notification = z.strictObject({
  id: z.number(),
  channel: z.string().describe('Its id.'),
  dedupe_key: z.string(),
  kind: z.enum(KINDS),
  state: z
    .enum(STATES)
    .describe('kept: there is nothing to send it with; failed: refused for good; dead: tried for too long.'),
  severity: z.string().nullable(),
  title: z.string(),
  text: z.string(),
  link: z.string().nullable(),
  attempts: z.number(),
  created_at: instant,
  sent_at: instant.nullable(),
  next_at: instant.nullable().describe('When it is tried again.'),
  error: z.string().nullable(),
  message_id: z.string().describe('The same at each attempt.'),
})

const withTries = notification.extend({
  tries: z.array(
    z.strictObject({
      n: z.number(),
      at: instant,
      took_ms: z.number().nullable(),
      outcome: z.enum(['sent', 'kept', 'retry', 'refused', 'lost']).nullable().describe('null = under way.'),
      status: z.number().nullable().describe('Of HTTP or SMTP.'),
      detail: z.string().nullable(),
    }),
  ),
})

const name = z.string().meta({ description: `At most ${MAX_NAME} characters.`, examples: ['Ops, Slack'] })
const settings = z.record(z.string(), z.string()).meta({
  description: `By kind: ${channelKinds.map(({ kind, fields }) => `${kind}: ${fields.map((field) => field.name).join(', ')}`).join('; ')}.`,
  examples: [{ url: 'https://hooks.slack.com/services/…' }],
})
const canary_hours = z
  .number()
  .int()
  .min(1)
  .max(MAX_CANARY_HOURS)
  .nullable()
  .describe('An end-to-end test each so many hours; null for none.')

const told = {
  from_severity: z.enum(SEVERITIES).optional().describe('The least severity that it is told; default: info.'),
  resolved: z.boolean().optional().describe('Whether it is also told when something is over; default: true.'),
}

export const channelBody = z.strictObject({
  kind: z.string().describe(`One of ${channelKinds.map(({ kind }) => kind).join(', ')}.`),
  name,
  settings,
  ...told,
  canary_hours: canary_hours.optional(),
})

export const channelChange = z.strictObject({
  name: name.optional(),
  settings: settings.optional().describe('What is not named stays; so does a secret that is empty.'),
  ...told,
  canary_hours: canary_hours.optional(),
  on: z.boolean().optional().describe('true: used again, with all that waited for it; false: nothing is meant for it.'),
})

export const FILE_COLUMNS = [
  'id',
  'channel',
  'kind',
  'state',
  'severity',
  'title',
  'text',
  'attempts',
  'created_at',
  'sent_at',
  'error',
  'dedupe_key',
  'message_id',
] as const

const params = z.object({ id: z.string() })
const tag = 'Delivery'
const json = 'application/json'

export const listOfChannels = operation({
  method: 'get',
  path: '/api/channels',
  tag,
  summary: 'The channels that alerts are sent by, and how each is doing',
  answer: { type: json, schema: z.strictObject({ channels: z.array(listed) }) },
})

export const makeChannel = operation({
  method: 'post',
  path: '/api/channels',
  tag,
  summary: 'Make a channel',
  body: channelBody,
  answer: { type: json, status: 201, schema: channel },
})

export const patchChannel = operation({
  method: 'patch',
  path: '/api/channels/:id',
  tag,
  summary: 'Change a channel, or switch it on or off',
  params,
  body: channelChange,
  answer: { type: json, schema: channel },
})

export const dropChannel = operation({
  method: 'delete',
  path: '/api/channels/:id',
  tag,
  summary: 'Delete a channel; what it delivered stays',
  params,
  answer: { type: json, schema: z.strictObject({ id: z.string(), deleted: z.literal(true) }) },
})

export const testChannel = operation({
  method: 'post',
  path: '/api/channels/:id/test',
  tag,
  summary: 'Send a test by a channel, and wait for the answer',
  details: 'Answers 201 whatever came of it: `state` and `tries` tell.',
  params,
  answer: { type: json, status: 201, schema: withTries },
})

const ofNotifications = {
  channel: z.string().max(70).optional().meta({ description: 'Of one channel, by its id.' }),
  state: z.array(z.enum(STATES)).optional().meta({ description: 'Only in these states.' }),
}

export const listOfNotifications = operation({
  method: 'get',
  path: '/api/notifications',
  tag,
  summary: 'The outbox: what was and will be sent by channels, the newest first',
  query: z.object({
    ...ofNotifications,
    before: parameters.before,
    limit: parameters.limit(500, 100),
  }),
  example: 'state=queued,failed',
  answer: {
    type: json,
    schema: z.strictObject({ notifications: z.array(notification), next: z.number().nullable() }),
  },
})

export const notificationsFile = operation({
  method: 'get',
  path: '/exports/notifications.csv',
  tag,
  summary: 'The outbox as a file, the newest first',
  query: z.object(ofNotifications),
  answer: { type: 'text/csv', doc: `Columns: ${FILE_COLUMNS.join(', ')}.` },
})

export const oneNotification = operation({
  method: 'get',
  path: '/api/notifications/:id',
  tag,
  summary: 'A notification with each attempt',
  params,
  answer: { type: json, schema: withTries },
})

export const retryNotification = operation({
  method: 'post',
  path: '/api/notifications/:id/retry',
  tag,
  summary: 'Send what was refused, given up or kept again, under its key',
  params,
  answer: { type: json, schema: withTries },
})

export const deliveryOperations = [
  listOfChannels,
  makeChannel,
  patchChannel,
  dropChannel,
  testChannel,
  listOfNotifications,
  notificationsFile,
  oneNotification,
  retryNotification,
]
