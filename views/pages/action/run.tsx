import { runHref } from '../../../src/actions/paths.ts'
import { findAction } from '../../../src/actions/registry.ts'
import { type ActionRun, isSettled } from '../../../src/actions/runs.ts'
import { clockTime, momentText } from '../../../src/lib/dates.ts'
import { Badge, Card, Facts, Icon, Note } from '../../parts/index.ts'
import { ChangesTable } from './dry-run.tsx'
import { HeldHere } from './held.tsx'
import { STATE_BADGES } from './states.ts'

interface Props {
  run: ActionRun
  /** What the user is called. */
  name: string
  undo?: { href: string; label: string; off?: string }
  /** Whether the main app still knows the key. */
  askAgain: boolean
  /** Why whoever looks cannot act. */
  off?: string
  /** The link that opens once, on the one page that has it. */
  url?: string
  /** Where whoever looks can have erased what is held of the user. */
  eraseHref?: string
  today: string
  timeZone: string
}

/** What became of a run, in the words of the main app. */
export const RunCards = (props: Props) => {
  const { run, today, timeZone } = props
  return (
    <Card id="run" title={HEADS[run.state](run)} tools={<Badge {...STATE_BADGES[run.state]} />}>
      <div class="q-ask">
        <Said {...props} />
        {run.answer && run.answer.changes.length > 0 && (
          <section class="q-dry" aria-label="What changed">
            <ChangesTable changes={run.answer.changes} heads={['Before', 'Now']} />
          </section>
        )}
        <Next {...props} />
        <Facts
          items={[
            { label: 'Asked', value: momentText(run.at, today, timeZone) },
            { label: 'By', value: run.by },
            ...(run.reason ? [{ label: 'Reason', value: run.reason }] : []),
            ...fieldsOf(run),
            ...(run.settledAt ? [{ label: 'Settled', value: momentText(run.settledAt, today, timeZone) }] : []),
            ...(run.undoOf
              ? [{ label: 'Takes back', value: <a href={runHref(run.undoOf)}>an earlier action</a> }]
              : []),
            ...(run.undoneBy
              ? [{ label: 'Taken back', value: <a href={runHref(run.undoneBy)}>by a later action</a> }]
              : []),
            { label: 'Key', value: <code class="q-code">{run.id}</code> },
          ]}
        />
      </div>
    </Card>
  )
}

const HEADS: Record<ActionRun['state'], (run: ActionRun) => string> = {
  done: ({ action }) => findAction(action)?.done ?? 'Done',
  refused: () => 'The main app said no',
  failed: () => 'Not done',
  unknown: () => 'Not known yet',
  requested: () => 'The main app is being asked',
}

const Said = ({ run, name, url, eraseHref }: Props) => {
  if (run.state === 'done')
    return (
      <>
        <p>{run.answer?.message}</p>
        {run.answer && findAction(run.action)?.deletes && <HeldHere eraseHref={eraseHref} done />}
        {url && <OneTimeLink url={url} name={name} />}
        {!url && findAction(run.action)?.link && (
          <p class="q-ink-3">
            The link was given once, to whoever asked for it. It is kept nowhere: for another one, ask anew.
          </p>
        )}
      </>
    )
  if (run.state === 'refused') return <Note tone="warn">{`“${run.problem}” Nothing was changed.`}</Note>
  if (run.state === 'failed') return <Note tone="crit">{`${run.problem} Nothing was done.`}</Note>
  if (run.state === 'requested') return <p class="q-ink-2">The answer is not here yet.</p>
  return <Note tone="warn">{`${run.problem} Whether it was done is not known.`}</Note>
}

const OneTimeLink = ({ url, name }: { url: string; name: string }) => (
  <div class="q-once">
    <a class="q-btn q-btn-primary" href={url} target="_blank" rel="noopener noreferrer">
      <Icon name="external-link" />
      {`Open as ${name}`}
    </a>
    <p class="q-ink-3">It opens once. It is not kept: when you leave this page it is gone.</p>
  </div>
)

/** What can be done about it now: undo, or ask what became of it. */
const Next = ({ run, undo, askAgain, off, today, timeZone }: Props) => {
  if (undo)
    return (
      <p class="q-actions">
        {undo.off ? (
          <button type="button" class="q-btn" disabled title={undo.off}>
            <Icon name="arrow-back-up" />
            {`Undo: ${undo.label}`}
          </button>
        ) : (
          <a class="q-btn" href={undo.href}>
            <Icon name="arrow-back-up" />
            {`Undo: ${undo.label}`}
          </a>
        )}
        <span class="q-ink-3">{undo.off ?? untilText(run, today, timeZone)}</span>
      </p>
    )
  if (isSettled(run)) return null
  if (!askAgain)
    return <p class="q-ink-2">It is too long ago to ask again: the main app may have forgotten the key. Look there.</p>
  return (
    <form method="post" action={`${runHref(run.id)}/ask`}>
      <p class="q-actions">
        <button type="submit" class="q-btn" disabled={off !== undefined} title={off}>
          <Icon name="refresh" />
          Ask again
        </button>
        <span class="q-ink-3">{off ?? againText(run, timeZone)}</span>
      </p>
    </form>
  )
}

function untilText({ answer }: ActionRun, today: string, timeZone: string): string {
  const until = answer?.undo?.until
  return until ? `possible until ${momentText(new Date(until), today, timeZone)}` : 'It asks first.'
}

function againText({ attempts, nextAt }: ActionRun, timeZone: string): string {
  const asked = attempts === 1 ? 'Asked once' : `Asked ${attempts} times`
  const next = nextAt ? `asked by itself at ${clockTime(nextAt, timeZone)}` : 'not asked by itself any more'
  return `${asked}; ${next}. The same key does not act twice.`
}

function fieldsOf({ action, fields }: ActionRun): { label: string; value: string }[] {
  const known = findAction(action)?.fields ?? {}
  return Object.entries(fields).map(([name, value]) => {
    const unit = known[name]?.unit
    return { label: known[name]?.label ?? name, value: unit ? `${value} ${unit}` : String(value) }
  })
}
