import { Icon, type IconName } from './icons.tsx'
import { Moment } from './moment.tsx'
import type { Link } from './types.ts'

/** Nothing there yet: one sentence, the door that fills it, a call to copy, one link. */
export const Empty = (props: { title: string; text: string; icon?: IconName; code?: string; link?: Link }) => (
  <div class="q-empty">
    <Icon name={props.icon ?? 'database-off'} size={20} />
    <p class="q-empty-title">{props.title}</p>
    <p class="q-empty-text">
      {props.text} {props.link && <a href={props.link.href}>{props.link.label}</a>}
    </p>
    {props.code && (
      <div class="q-snippet">
        <pre tabindex={0}>{props.code}</pre>
        <button type="button" class="q-btn q-btn-small" data-action="copy">
          <Icon name="copy" size={14} />
          Copy
        </button>
      </div>
    )}
  </div>
)

/** The source does not answer: why, when the shown value was good, when we try again. */
export const Degraded = ({ reason, at, nextTry }: { reason: string; at?: Date; nextTry?: string }) => (
  <p class="q-degraded">
    <Icon name="plug-connected-x" size={14} />
    <span>
      {reason}
      {at && (
        <>
          , value of <Moment at={at} />
        </>
      )}
      {nextTry && `. Next try ${nextTry}.`}
    </span>
  </p>
)

/** A bug of ours: id for the log, and a way to try again. The neighbours are unharmed. */
export const Failed = ({ requestId, retry }: { requestId: string; retry?: string }) => (
  <div class="q-empty" role="alert">
    <p class="q-empty-title">This card failed</p>
    <p class="q-empty-text">
      The other cards are not affected. Request <code>{requestId}</code> is in the log.
    </p>
    <p class="q-actions">
      {retry ? (
        <a class="q-btn q-btn-small" href={retry}>
          <Icon name="refresh" size={14} />
          Try again
        </a>
      ) : (
        <button type="button" class="q-btn q-btn-small" data-action="refresh">
          <Icon name="refresh" size={14} />
          Try again
        </button>
      )}
      <button type="button" class="q-btn q-btn-quiet q-btn-small" data-action="copy-text" data-value={requestId}>
        Copy id
      </button>
    </p>
  </div>
)
