import type { PageContext } from '../../../src/page.ts'
import { MAX_TAG, whyNoRemarks } from '../../../src/users/notes.ts'
import { USERS_PATH } from '../../../src/users/paths.ts'
import { Icon, Menu } from '../../parts/index.ts'
import { columnChoices } from './rows.tsx'

/** The form that the boxes of the rows belong to. */
export const PICKS_FORM = 'users-picks'

/** Which columns the list has; kept with the admin, like the theme. */
export const ColumnsMenu = ({ context }: { context: PageContext }) => {
  const choices = columnChoices(context)
  return (
    <Menu label="Columns" side="right" id="menu-columns">
      <form class="q-columns" method="post" action="/dashboard/preferences">
        <input type="hidden" name="back" value={context.href()} />
        <fieldset>
          <legend class="q-menu-foot">Beside the user; a phone shows the first three.</legend>
          {choices.map(({ key, label, shown }) => (
            <label>
              <input type="checkbox" name={`column.${key}`} checked={shown} />
              <span>{label}</span>
            </label>
          ))}
        </fieldset>
        <p class="q-actions">
          <button type="submit" class="q-btn q-btn-small q-btn-primary" name="columns" value="users">
            Show these
          </button>
          <button type="submit" class="q-btn q-btn-small" name="columns" value="standard">
            Standard
          </button>
        </p>
      </form>
    </Menu>
  )
}

/** What can be done with the rows that are chosen. Without script it is always there; with it, once one is. */
export const PicksBar = ({ context }: { context: PageContext }) => {
  const why = whyNoRemarks(context.deps, context.admin)
  return (
    <form
      id={PICKS_FORM}
      class="q-picks"
      method="post"
      action={`${USERS_PATH}/picks`}
      aria-label="Chosen users"
      data-picks
    >
      <input type="hidden" name="back" value={context.href({ query: { done: '', n: '' } }).split('?')[1] ?? ''} />
      <strong class="q-num" role="status" data-picks-count>
        Chosen users
      </strong>
      {why ? (
        <small class="q-ink-2">{why}</small>
      ) : (
        <>
          <input
            class="form-control"
            name="word"
            maxlength={MAX_TAG}
            placeholder="Tag"
            aria-label="Tag for the chosen users"
            autocomplete="off"
            required
          />
          <button type="submit" class="q-btn" name="act" value="tag">
            Add tag
          </button>
          <button type="submit" class="q-btn" name="act" value="untag">
            Remove tag
          </button>
        </>
      )}
      <button type="submit" class="q-btn" formmethod="get" formaction="/exports/user-list.csv" formnovalidate>
        <Icon name="download" />
        Export chosen
      </button>
      <button type="button" class="q-btn q-btn-quiet" data-picks-none>
        Choose none
      </button>
    </form>
  )
}
