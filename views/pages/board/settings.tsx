import { MAX_DESCRIPTION, MAX_NAME } from '../../../src/boards/doc.ts'
import { type PinChoices, pinnedFields } from '../../../src/boards/filters.ts'
import type { Board } from '../../../src/boards/read.ts'
import type { Problem } from '../../../src/lib/errors.ts'
import { Field } from '../../parts/index.ts'
import { PeriodFields, Select } from './fields.tsx'

interface SettingsProps {
  board: Board
  choices: PinChoices
  problem?: Problem
  entered?: Record<string, string>
}

/** Name, description and filters; what was refused is still in the fields. */
export const BoardSettings = ({ board, choices, problem, entered = {} }: SettingsProps) => {
  const again = problem && entered.name !== undefined
  const pinned = board.filters === null ? {} : pinnedFields(board.filters)
  const values: Record<string, string> = again
    ? entered
    : {
        name: board.name,
        description: board.description,
        ...(board.filters === null ? {} : { pinned: 'on' }),
        ...pinned,
      }
  return (
    <section class="q-card q-board-settings" aria-labelledby="title-board-settings">
      <h2 id="title-board-settings">Settings of the board</h2>
      <form class="q-form" method="post" action={`/dashboard/boards/${board.slug}/settings`}>
        <input type="hidden" name="version" value={String(board.version)} />
        <div class="q-form-wide">
          <label class="form-label" for="board-name">
            Name
          </label>
          <input class="form-control" id="board-name" name="name" value={values.name} maxlength={MAX_NAME} required />
        </div>
        <div class="q-form-wide">
          <label class="form-label" for="board-description">
            Description
          </label>
          <input
            class="form-control"
            id="board-description"
            name="description"
            value={values.description}
            maxlength={MAX_DESCRIPTION}
            placeholder="The question that it answers"
          />
        </div>
        <label class="q-check q-form-wide">
          <input type="checkbox" name="pinned" value="on" checked={values.pinned === 'on'} />
          Open with filters of its own; without this it follows the filter bar
        </label>
        <PeriodFields values={values} prefix="board" />
        <div>
          <label class="form-label" for="board-tenant">
            Tenant
          </label>
          <input
            class="form-control"
            id="board-tenant"
            name="tenant"
            value={values.tenant}
            placeholder="All"
            maxlength={200}
          />
        </div>
        <PeopleFields values={values} choices={choices} />
        <p class="q-actions q-form-wide">
          <button class="q-btn" type="submit">
            Save settings
          </button>
        </p>
      </form>
    </section>
  )
}

/** What is pinned stays in the list although it is not there any more, or is somebody else's. */
const PeopleFields = ({ values, choices }: { values: Record<string, string>; choices: PinChoices }) => {
  const { plans, segments } = choices
  const named = segments.map(({ slug, name }) => ({ value: slug, label: name }))
  return (
    <>
      <Field id="board-plan" label="Plan">
        <Select
          id="board-plan"
          name="plan"
          value={values.plan}
          options={withPinned(
            plans.map((plan) => ({ value: plan, label: plan })),
            values.plan,
          )}
        />
      </Field>
      <Field id="board-segment" label="Segment">
        <Select id="board-segment" name="segment" value={values.segment} options={withPinned(named, values.segment)} />
      </Field>
    </>
  )
}

function withPinned(options: { value: string; label: string }[], pinned = '') {
  const all = [{ value: '', label: 'All' }, ...options]
  return all.some(({ value }) => value === pinned) ? all : [...all, { value: pinned, label: pinned }]
}
