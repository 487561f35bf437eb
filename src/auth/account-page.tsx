import type { Context } from 'hono'
import { AccountPage, type WrongField } from '../../views/pages/account.tsx'
import type { Deps } from '../context.ts'
import type { Env } from '../env.ts'
import { momentText } from '../lib/dates.ts'
import { today } from '../lib/time.ts'
import { sendFramed } from '../send-framed.tsx'
import { authOf } from './auth.ts'
import { deviceName } from './device.ts'
import { adminOf, READ_ONLY } from './guards.ts'
import { secondFactorOf } from './second-factor.ts'

interface Shown {
  done?: string | undefined
  wrong?: WrongField
}

/** One's own account as a page, with what is wrong at its field. */
export async function accountPage(c: Context<Env>, deps: Deps, { done, wrong }: Shown): Promise<Response> {
  const admin = adminOf(c)
  const [sessions, second] = await Promise.all([
    authOf(deps).sessions.list(admin.id),
    secondFactorOf(deps.db.sql, admin.id),
  ])
  const list = sessions.map((session) => ({
    ...session,
    device: deviceName(session.userAgent),
    current: session.id === admin.sessionId,
  }))
  const { readOnly, timeZone } = deps.config
  const off = readOnly ? READ_ONLY : undefined
  return sendFramed(
    c,
    deps,
    { title: 'Account', page: '/dashboard/account', status: wrong?.status ?? 200 },
    <AccountPage
      admin={admin}
      sessions={list}
      second={second && { ...second, sinceText: momentText(second.since, today(deps.now(), timeZone), timeZone) }}
      done={done}
      wrong={wrong}
      off={off}
    />,
  )
}
