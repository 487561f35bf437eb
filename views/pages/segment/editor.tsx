import type { KindName } from '../../../src/segments/conditions.ts'
import type { Preview } from '../../../src/segments/editor.ts'
import { type Draft, isUntouched } from '../../../src/segments/form.ts'
import { FormError } from '../../parts/auth-fields.tsx'
import { Card, Grid, Icon, Stack } from '../../parts/index.ts'
import { ConditionRow } from './row.tsx'

export interface EditorProps {
  draft: Draft
  preview: Preview
  kinds: readonly KindName[]
  currency: string
  maxName: number
  /** Where it is saved. */
  action: string
  /** Where it is shown anew, with what has changed. */
  redraw: string
  /** The slug of the segment that is changed. */
  slug?: string
  error?: string
  off?: string
}

/** The form: conditions as rows, added and removed; what they mean and how many users that is stands beside them. */
export const SegmentEditor = (props: EditorProps) => {
  const { draft, preview, action, redraw, slug, error, off } = props
  const live = { 'hx-post': redraw, 'hx-target': '#segment-editor', 'hx-swap': 'outerMorph' }
  const problems = preview.read.ok ? undefined : preview.read.problems
  return (
    <form id="segment-editor" class="q-flow" method="post" action={action}>
      {slug && <input type="hidden" name="slug" value={slug} />}
      <FormError text={error ?? problems?.get('')} />
      <Grid>
        <Stack span={8}>
          <Card id="segment-name" title="Name">
            <div class="q-condition">
              <input
                class="form-control q-segment-name"
                name="name"
                aria-label="Name of the segment"
                value={draft.name}
                maxlength={props.maxName}
                placeholder="Pro, signed up in May"
                autocomplete="off"
                required
              />
              <label class="q-check">
                <input type="checkbox" name="shared" value="on" checked={draft.shared} />
                In the menu of all admins
              </label>
            </div>
          </Card>
          {draft.matches.map((match, group) => (
            <Card id={`segment-group-${group}`} title={group === 0 ? 'Conditions' : `Group ${group}`}>
              <label class="q-check">
                <select class="form-select" name="match" aria-label="How many of the conditions" {...live}>
                  <option value="all" selected={match === 'all'}>
                    all
                  </option>
                  <option value="any" selected={match === 'any'}>
                    any
                  </option>
                </select>
                {group === 0 ? 'of these hold; a group counts as one' : 'of these hold'}
              </label>
              <ul class="q-conditions">
                {draft.rows.map(
                  (row, index) =>
                    row.group === group && (
                      <ConditionRow
                        row={row}
                        index={index}
                        kinds={props.kinds}
                        currency={props.currency}
                        problem={error === undefined && isUntouched(row) ? undefined : problems?.get(index)}
                        live={live}
                      />
                    ),
                )}
              </ul>
              <p class="q-actions">
                <Act
                  live={live}
                  value={`add:${group}`}
                  label={group === 0 ? 'Add a condition' : `Add to group ${group}`}
                />
                {group === 0 && <Act live={live} value="group" label="Add a group" />}
              </p>
            </Card>
          ))}
        </Stack>
        <Stack span={4}>
          <Card id="segment-preview" title="Who it is now">
            <PreviewText {...preview} />
            <p class="q-actions">
              <button type="submit" class="q-btn q-btn-primary" disabled={off !== undefined} title={off}>
                Save segment
              </button>
              <button type="submit" class="q-btn" formaction={redraw} formnovalidate name="do" value="count" {...live}>
                Count again
              </button>
              {off && <span class="q-ink-3">{off}</span>}
            </p>
          </Card>
        </Stack>
      </Grid>
    </form>
  )
}

const Act = ({ live, value, label }: { live: Record<string, string>; value: string; label: string }) => (
  <button
    type="submit"
    class="q-btn q-btn-small"
    name="do"
    value={value}
    formnovalidate
    formaction={live['hx-post']}
    {...live}
  >
    <Icon name="plus" size={14} />
    {label}
  </button>
)

const PreviewText = ({ sentence, users, tenant }: Preview) => (
  <div aria-live="polite" id="segment-count">
    {sentence === undefined ? (
      <p class="q-ink-3">Fill in the conditions to see whom they hold for.</p>
    ) : (
      <>
        <p>
          <b class="q-num">{users === 'slow' ? 'Some users' : countText(users ?? 0)}</b>
          {tenant ? ` of ${tenant}.` : '.'}
          {users === 'slow' && ' Counting them takes longer than a form may wait; the page of the segment lists them.'}
        </p>
        <p class="q-ink-2">{sentence}</p>
      </>
    )}
  </div>
)

const countText = (users: number): string =>
  `Matches ${users.toLocaleString('en-GB')} ${users === 1 ? 'user' : 'users'}`
