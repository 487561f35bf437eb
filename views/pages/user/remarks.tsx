import { cardState } from '../../../src/card-state.ts'
import { momentText } from '../../../src/lib/dates.ts'
import { shownOf } from '../../../src/lib/settle.ts'
import { MAX_NOTE, MAX_TAG, whyNoRemarks } from '../../../src/users/notes.ts'
import { USERS_PATH, userHref } from '../../../src/users/paths.ts'
import { Card, FieldError, Icon, inputClass } from '../../parts/index.ts'
import type { PersonalProps } from '../user.tsx'

/** What admins write down about the user. */
export const RemarksCard = ({ cards, personal, context }: PersonalProps) => {
  const { deps, filters, admin } = context
  const { notes = [], tags = [], more } = shownOf(personal.remarks) ?? {}
  const path = userHref(cards.user.id)
  const why = whyNoRemarks(deps, admin)
  return (
    <Card id="remarks" title="Tags and notes" state={cardState(personal.remarks, deps.now())}>
      {tags.length > 0 && (
        <form class="q-tags" method="post" action={`${path}/tags/remove`}>
          {tags.map((tag) => (
            <span class="q-tag">
              <a href={`${USERS_PATH}?tag=${encodeURIComponent(tag)}`}>{tag}</a>
              {!why && (
                <button type="submit" name="tag" value={tag} aria-label={`Take the tag ${tag} away`}>
                  <Icon name="x" size={14} />
                </button>
              )}
            </span>
          ))}
        </form>
      )}
      {why ? (
        <p class="q-ink-2">{notes.length + tags.length === 0 ? `Nothing is written down yet. ${why}` : why}</p>
      ) : (
        <RemarkForms path={path} />
      )}
      {notes.map(({ id, text, by, at }) => (
        <article class="q-user-note">
          <p>{text}</p>
          <footer>
            <span>{`${by}, ${momentText(at, filters.today, deps.config.timeZone)}`}</span>
            {!why && (
              <form method="post" action={`${path}/notes/${id}/delete`}>
                <button type="submit" class="q-btn q-btn-icon q-btn-small" aria-label="Delete this note" title="Delete">
                  <Icon name="trash" size={14} />
                </button>
              </form>
            )}
          </footer>
        </article>
      ))}
      {more && <p class="q-ink-3">Older notes are not shown.</p>}
    </Card>
  )
}

interface FormsProps {
  path: string
  /** What was entered, where it was not taken. */
  values?: Record<string, string>
  errors?: Record<string, string>
}

/** A tag and a note, each for itself. */
export const RemarkForms = ({ path, values = {}, errors = {} }: FormsProps) => (
  <>
    <form class="q-remark-form" method="post" action={`${path}/tags`}>
      <div class="q-remark-line">
        <input
          class={inputClass(errors.tag)}
          name="tag"
          value={values.tag}
          maxlength={MAX_TAG}
          placeholder="Add a tag"
          aria-label="Tag"
          autocomplete="off"
          required
        />
        <button type="submit" class="q-btn">
          Add
        </button>
      </div>
      <FieldError text={errors.tag} />
    </form>
    <form class="q-remark-form" method="post" action={`${path}/notes`}>
      <textarea
        class={inputClass(errors.note)}
        name="note"
        rows={3}
        maxlength={MAX_NOTE}
        placeholder="Write a note for other admins"
        aria-label="Note"
        required
      >
        {values.note}
      </textarea>
      <FieldError text={errors.note} />
      <button type="submit" class="q-btn">
        Write the note
      </button>
    </form>
  </>
)
