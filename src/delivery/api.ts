import type { Context, Hono } from 'hono'
import type { z } from 'zod'
import { readJson } from '../api/body.ts'
import { json } from '../api/json.ts'
import { serve } from '../api/operation.ts'
import { smallBody } from '../auth/forms.ts'
import { allow, requireScope, whoOf } from '../auth/guards.ts'
import type { Deps } from '../context.ts'
import type { Env } from '../env.ts'
import { type Cell, csvResponse } from '../exports/csv.ts'
import { allBelow, type Below, pageBelow } from '../lib/below.ts'
import { type Channel, channelById, listChannels } from './find.ts'
import type { Given } from './input.ts'
import {
  channelBody,
  channelChange,
  dropChannel,
  FILE_COLUMNS,
  listOfChannels,
  listOfNotifications,
  makeChannel,
  notificationsFile,
  oneNotification,
  patchChannel,
  retryNotification,
  testChannel,
} from './operations.ts'
import { type AskedDeliveries, type Attempt, type Delivery, readDeliveries, readDelivery } from './read.ts'
import { changeChannel, createChannel, deleteChannel, switchChannel } from './store.ts'
import { sendAgain, sendTest } from './test-notice.ts'
import type { DeliveryState } from './types.ts'
import { requireWhole } from './who.ts'
import { SEVERITIES } from './words.ts'

/** Channels and their outbox for programs. */
export function mountDeliveryApi(app: Hono<Env>, deps: Deps): void {
  const reads = requireScope('read')
  const sends = [requireScope('act'), smallBody]
  const configures = [allow({ role: 'owner', scope: 'act' }), smallBody]
  const idOf = (c: Context<Env>) => c.req.param('id') ?? ''

  serve(app, listOfChannels, reads, async (c) => {
    requireWhole(whoOf(c))
    const channels = await listChannels(deps)
    return json(c, {
      channels: channels.map((one) => ({
        ...shown(one),
        waiting: one.waiting,
        last: one.last && { ...one.last, at: one.last.at.toISOString() },
        last_canary: one.canary && { ...one.canary, at: one.canary.at.toISOString() },
      })),
    })
  })

  serve(app, makeChannel, configures, async (c) => {
    requireWhole(whoOf(c))
    const { kind, name, ...rest } = await readJson(c, channelBody)
    return c.json(shown(await createChannel(deps, whoOf(c), { kind, name, ...givenOf(rest) })), 201)
  })

  serve(app, patchChannel, configures, async (c) => {
    requireWhole(whoOf(c))
    const { on, name, ...rest } = await readJson(c, channelChange)
    if (name !== undefined || Object.keys(rest).length > 0)
      await changeChannel(deps, whoOf(c), idOf(c), { ...(name !== undefined && { name }), ...givenOf(rest) })
    if (on !== undefined) await switchChannel(deps, whoOf(c), idOf(c), on)
    return c.json(shown(await channelById(deps.db.sql, idOf(c))))
  })

  serve(app, dropChannel, configures, async (c) => {
    const { id } = await deleteChannel(deps, whoOf(c), idOf(c))
    return c.json({ id, deleted: true })
  })

  serve(app, testChannel, sends, async (c) => c.json(told(await sendTest(deps, whoOf(c), idOf(c))), 201))

  serve(app, listOfNotifications, reads, async (c, { channel, state, before, limit }) => {
    requireWhole(whoOf(c))
    const which = ofNotices(channel, state)
    const { rows, next } = await pageBelow((asked) => readDeliveries(deps, { ...which, ...asked }), before, limit)
    return json(c, { notifications: rows.map(notification), next })
  })

  serve(app, notificationsFile, reads, (c, { channel, state }) => {
    requireWhole(whoOf(c))
    const name = ['notifications', channel].filter(Boolean).join('-')
    return csvResponse(c, name, [...FILE_COLUMNS], fileRows(deps, ofNotices(channel, state)))
  })

  serve(app, oneNotification, reads, async (c) => {
    requireWhole(whoOf(c))
    return json(c, told(await readDelivery(deps, idOf(c))))
  })

  serve(app, retryNotification, sends, async (c) => c.json(told(await sendAgain(deps, whoOf(c), idOf(c)))))
}

const ofNotices = (channel: string | undefined, states: DeliveryState[] | undefined) => ({
  ...(channel !== undefined && { channel }),
  ...(states && { states }),
})

async function* fileRows(deps: Deps, which: Omit<AskedDeliveries, keyof Below>): AsyncGenerator<Cell[][]> {
  for await (const rows of allBelow((asked) => readDeliveries(deps, { ...which, ...asked })))
    yield rows.map(notification).map((row) => FILE_COLUMNS.map((name) => row[name]))
}

type Body = Pick<z.output<typeof channelChange>, 'settings' | 'canary_hours' | 'from_severity' | 'resolved'>

/** As the form has it: hours as text, '' for none. */
function givenOf({ settings, canary_hours, from_severity, resolved }: Body): Given {
  return {
    values: settings ?? {},
    ...(canary_hours !== undefined && { canary: String(canary_hours ?? '') }),
    ...(from_severity !== undefined && { severity: from_severity }),
    ...(resolved !== undefined && { resolved }),
  }
}

function shown({ id, kind, name, target, state, reason, canaryHours, by, updatedAt, ...told }: Channel) {
  return {
    id,
    kind,
    name,
    target,
    state,
    reason,
    late_since: told.lateSince?.toISOString() ?? null,
    from_severity: SEVERITIES[told.leastSeverity - 1],
    resolved: told.tellsResolved,
    canary_hours: canaryHours,
    by,
    updated_at: updatedAt.toISOString(),
  }
}

function notification(one: Delivery) {
  const { id, channelId, dedupeKey, kind, state, severity, title, text, link, attempts, createdAt, sentAt } = one
  return {
    id,
    channel: channelId,
    dedupe_key: dedupeKey,
    kind,
    state,
    severity,
    title,
    text,
    link,
    attempts,
    created_at: createdAt.toISOString(),
    sent_at: sentAt?.toISOString() ?? null,
    next_at: state === 'queued' ? one.nextAt.toISOString() : null,
    error: one.lastError,
    message_id: one.messageId,
  }
}

const told = (one: Delivery & { tries: Attempt[] }) => ({
  ...notification(one),
  tries: one.tries.map(({ n, at, tookMs, outcome, status, detail }) => ({
    n,
    at: at.toISOString(),
    took_ms: tookMs,
    outcome,
    status,
    detail,
  })),
})
