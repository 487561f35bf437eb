import { SILENCES } from '../../../src/alerts/acts.ts'
import type { Alert } from '../../../src/alerts/list.ts'
import { ALERTS_PATH, ruleHref } from '../../../src/alerts/paths.ts'
import type { Severity } from '../../../src/alerts/rule.ts'
import { lastedText } from '../../../src/alerts/words.ts'
import { momentText } from '../../../src/lib/dates.ts'
import { Badge, Icon, Menu, Moment } from '../../parts/index.ts'

export interface ListProps {
  alerts: readonly Alert[]
  tab: string
  now: Date
  today: string
  timeZone: string
  /** Why nothing can be done here; absent = it can. */
  off?: string
}

const GLYPHS = { critical: 'alert-octagon', warning: 'alert-triangle', info: 'info-circle' } as const
const TONES = { critical: 'crit', warning: 'warn', info: 'info' } as const

/** How bad, as a glyph with its word. */
export const SeverityGlyph = ({ severity }: { severity: Severity }) => (
  <>
    <Icon name={GLYPHS[severity]} size={18} tone={TONES[severity]} />
    <span class="q-sr">{severity}</span>
  </>
)

/** What is open, each with what can be done about it. */
export const AlertList = (props: ListProps) => (
  <ul class="q-alerts">
    {props.alerts.map((alert) => (
      <AlertRow alert={alert} {...props} />
    ))}
  </ul>
)

const AlertRow = ({ alert, tab, now, today, timeZone, off }: ListProps & { alert: Alert }) => {
  const since = alert.firedAt ?? alert.pendingSince
  const silenced = alert.silencedUntil !== null && alert.silencedUntil > now
  // A silence outlasts its alert: it holds for the next one of the rule and subject.
  const ended = alert.endedAt
  return (
    <li class="q-alert" id={`alert-${alert.id}`}>
      <SeverityGlyph severity={alert.severity} />
      <div class="q-alert-words">
        <p class="q-alert-title">
          {alert.title}
          <span class="q-alert-age q-num">
            <Moment at={since} text={momentText(since, today, timeZone)} />
          </span>
        </p>
        <p class="q-alert-text">
          {alert.text && `${alert.text}. `}
          {alert.ruleGone ? alert.ruleName : <a href={ruleHref(alert.ruleSlug)}>{alert.ruleName}</a>}
          {alert.scope !== '*' && `, ${alert.scope}`}
        </p>
        <div class="q-alert-acts">
          {ended && <Badge tone="plain" text={`ended ${momentText(ended, today, timeZone)}`} outline />}
          {!ended && alert.unknownSince && (
            <Badge tone="stale" text={`no data since ${momentText(alert.unknownSince, today, timeZone)}`} />
          )}
          {alert.toldNobody && <Badge tone="warn" text="told to nobody: no channel" outline />}
          {alert.ackedAt && <Badge tone="plain" text={`acknowledged by ${alert.ackedBy ?? 'somebody'}`} outline />}
          {silenced && alert.silencedUntil && (
            <Badge tone="plain" text={`silenced until ${momentText(alert.silencedUntil, today, timeZone)}`} outline />
          )}
          {!alert.ackedAt && alert.state === 'firing' && (
            <Act id={alert.id} act="acknowledge" label="Acknowledge" icon="check" tab={tab} off={off} />
          )}
          {silenced ? (
            <Act id={alert.id} act="unsilence" label="End the silence" icon="bell" tab={tab} off={off} />
          ) : (
            <SilenceMenu id={alert.id} tab={tab} off={off} />
          )}
          {!ended && <Act id={alert.id} act="resolve" label="Resolve" icon="circle-check" tab={tab} off={off} />}
          {alert.metric && (
            <a class="q-btn q-btn-small" href={`/dashboard/metrics/${encodeURIComponent(alert.metric)}`}>
              <Icon name="chart-line" size={14} />
              Metric
            </a>
          )}
        </div>
      </div>
    </li>
  )
}

interface ActProps {
  id: number
  act: string
  label: string
  icon: 'check' | 'bell' | 'circle-check'
  tab: string
  off?: string
}

const Act = ({ id, act, label, icon, tab, off }: ActProps) => (
  <form method="post" action={`${ALERTS_PATH}/${id}/${act}`}>
    <input type="hidden" name="tab" value={tab} />
    <button class="q-btn q-btn-small" type="submit" disabled={off !== undefined} title={off}>
      <Icon name={icon} size={14} />
      {label}
    </button>
  </form>
)

const SilenceMenu = ({ id, tab, off }: Pick<ActProps, 'id' | 'tab' | 'off'>) =>
  off !== undefined ? (
    <button class="q-btn q-btn-small" type="button" disabled title={off}>
      Silence
    </button>
  ) : (
    <Menu kind="button" label="Silence" id={`menu-silence-${id}`}>
      <form class="q-silences" method="post" action={`${ALERTS_PATH}/${id}/silence`}>
        <input type="hidden" name="tab" value={tab} />
        {Object.entries(SILENCES).map(([minutes, label]) => (
          <button class="q-menu-item" type="submit" name="minutes" value={minutes}>
            <span class="q-menu-label">{`For ${label}`}</span>
          </button>
        ))}
      </form>
    </Menu>
  )

const ENDS = {
  recovered: '',
  'by hand': ', ended by hand',
  rule: ', ended with its rule',
  metric: ', ended as its metric is gone',
} as const

/** How it ended, where it did not just get well. */
export const endNote = ({ endedWhy }: Alert): string => (endedWhy ? ENDS[endedWhy] : '')

/** How long it fired; of one that still does the clock would have to say. */
export const lastedOf = ({ firedAt, endedAt }: Alert): string =>
  firedAt === null ? '—' : endedAt === null ? 'still firing' : lastedText(endedAt.getTime() - firedAt.getTime())
