import { NOBODY, SOME, toldChannels } from '../../../src/alerts/form.ts'
import { Choice, type FieldProps } from './fields.tsx'

/** Who is told: all channels, some of them, or nobody. */
export const Tell = ({ channels, ...shared }: FieldProps & { channels?: { id: string; name: string }[] }) => {
  const { draft } = shared
  // Who may not see the channels leaves them as they are.
  if (!channels) return <input type="hidden" name="tell" value={draft.tell} />
  const told = toldChannels(draft.tell)
  const strangers = told
    .filter((id) => channels.every((one) => one.id !== id))
    .map((id) => ({ id, name: `${id} (gone)` }))
  return (
    <>
      <Choice
        {...shared}
        draft={{ ...draft, tell: told.length > 0 ? SOME : draft.tell }}
        name="tell"
        label="Tell"
        options={[
          ['', 'all channels'],
          [SOME, 'some channels'],
          [NOBODY, 'nobody'],
        ]}
        hint={channels.length === 0 ? 'There are none yet: Settings → Channels.' : undefined}
      />
      {(told.length > 0 || draft.tell === SOME) && (
        <fieldset class="q-checks">
          <legend class="form-label">These channels</legend>
          {[...channels, ...strangers].map(({ id, name }) => (
            <label class="q-check">
              <input type="checkbox" name="channel" value={id} checked={told.includes(id)} />
              {name}
            </label>
          ))}
        </fieldset>
      )}
    </>
  )
}
