import type { Context, Hono } from 'hono'
import { ChannelForm } from '../../views/pages/delivery/channel-form.tsx'
import { Card } from '../../views/parts/index.ts'
import { fieldsOf, smallBody } from '../auth/forms.ts'
import { adminOf, requireRole } from '../auth/guards.ts'
import type { Deps } from '../context.ts'
import type { Env } from '../env.ts'
import { NotFound } from '../lib/errors.ts'
import { sendFramed } from '../send-framed.tsx'
import { channelKinds, kindOf } from './channels/index.ts'
import { type Channel, channelById } from './find.ts'
import { BadChannel, type Given } from './input.ts'
import { CHANNELS_PATH, channelHref, deliveryHref } from './paths.ts'
import { changeChannel, createChannel, deleteChannel, switchChannel } from './store.ts'
import { sendAgain, sendTest } from './test-notice.ts'
import type { ChannelKind } from './types.ts'
import { requireWhole, whyNotConfigure } from './who.ts'

/** What the forms of people send; programs use /api/channels. */
export function mountChannels(app: Hono<Env>, deps: Deps): void {
  const configures = requireRole('owner')
  const sends = requireRole('operator')
  const idOf = (c: Context<Env>) => c.req.param('id') ?? ''

  app.post(CHANNELS_PATH, configures, smallBody, async (c) => {
    requireWhole(adminOf(c))
    const fields = await fieldsOf(c)
    return orFormAgain(c, deps, fields, undefined, async () => {
      const { id } = await createChannel(deps, adminOf(c), givenOf(fields))
      return c.redirect(`${channelHref(id)}?done=created`, 303)
    })
  })

  app.post(`${CHANNELS_PATH}/:id`, configures, smallBody, async (c) => {
    const channel = await channelById(deps.db.sql, idOf(c))
    const fields = { ...(await fieldsOf(c)), kind: channel.kind }
    return orFormAgain(c, deps, fields, channel, async () => {
      await changeChannel(deps, adminOf(c), channel.id, givenOf(fields))
      return c.redirect(`${channelHref(channel.id)}?done=saved`, 303)
    })
  })

  app.post(`${CHANNELS_PATH}/:id/test`, sends, smallBody, async (c) => {
    const { id } = await sendTest(deps, adminOf(c), idOf(c))
    return c.redirect(`${channelHref(idOf(c))}?told=${id}`, 303)
  })

  app.post(`${CHANNELS_PATH}/:id/state`, configures, smallBody, async (c) => {
    const on = (await fieldsOf(c)).on === 'yes'
    await switchChannel(deps, adminOf(c), idOf(c), on)
    return c.redirect(`${channelHref(idOf(c))}?done=${on ? 'on' : 'off'}`, 303)
  })

  app.post(`${CHANNELS_PATH}/:id/delete`, configures, smallBody, async (c) => {
    await deleteChannel(deps, adminOf(c), idOf(c))
    return c.redirect(`${CHANNELS_PATH}?done=deleted`, 303)
  })

  app.post('/dashboard/settings/notifications/:id/retry', sends, smallBody, async (c) => {
    const { id } = await sendAgain(deps, adminOf(c), idOf(c))
    return c.redirect(`${deliveryHref(id)}&done=retried`, 303)
  })
}

function givenOf(fields: Record<string, string>): Given {
  const names = kindOf(fields.kind ?? '')?.fields.map(({ name }) => name) ?? []
  return {
    kind: fields.kind ?? '',
    name: fields.name ?? '',
    canary: fields.canary ?? '',
    severity: fields.severity ?? 'info',
    // A box that is not ticked is not sent.
    resolved: fields.resolved === 'yes',
    values: Object.fromEntries(names.map((name) => [name, fields[name] ?? ''])),
  }
}

/** Where something is wrong with it the form is shown again, with the reason at its field and all but secrets kept. */
async function orFormAgain(
  c: Context<Env>,
  deps: Deps,
  fields: Record<string, string>,
  channel: Channel | undefined,
  act: () => Promise<Response>,
): Promise<Response> {
  try {
    return await act()
  } catch (error) {
    if (!(error instanceof BadChannel)) throw error
    const kind = kindOf(fields.kind ?? '')
    if (!kind) throw new NotFound(`There are channels of the kinds ${channelKinds.map((one) => one.kind).join(', ')}.`)
    return formAgain(c, deps, { kind, fields, channel, errors: error.errors, status: error.status })
  }
}

function formAgain(c: Context<Env>, deps: Deps, { kind, fields, channel, errors, status }: FormAgain) {
  const title = channel?.name ?? `New channel: ${kind.label}`
  const crumbs = [
    { label: 'Settings', href: '/dashboard/settings' },
    { label: 'Channels', href: CHANNELS_PATH },
  ]
  return sendFramed(
    c,
    deps,
    { title, page: '/dashboard/settings', crumbs, status },
    <Card id="channel-form" title="Not saved yet" sub={kind.doc}>
      <ChannelForm
        kind={kind}
        config={deps.config}
        channel={channel}
        values={fields}
        errors={errors}
        off={whyNotConfigure(deps, adminOf(c))}
      />
    </Card>,
  )
}

interface FormAgain {
  kind: ChannelKind
  fields: Record<string, string>
  channel: Channel | undefined
  errors: Record<string, string>
  status: number
}
