import { AUDIT_PATH } from '../../../src/audit/page.ts'
import { shownOf } from '../../../src/lib/settle.ts'
import { Icon } from '../../parts/index.ts'
import type { AuditProps } from '../audit.tsx'

/** Who, what, to what, when: a form whose answer is an address. */
export const AuditFilters = ({ data: { query, choices }, context }: AuditProps) => {
  const { actors = [], actions = [] } = shownOf(choices) ?? {}
  const isNarrowed = Object.values(query).some((value) => value !== undefined)
  return (
    <search class="q-card-bar">
      <form class="q-audit-filters" method="get" action={context.path}>
        <Choice
          label="Who"
          name="actor"
          chosen={query.actor}
          all="Everybody"
          options={actors.map(({ value, label }) => ({ value, label }))}
        />
        <Choice label="What" name="action" chosen={query.action} all="Everything" options={kindsOf(actions)} />
        <label class="q-audit-field q-audit-words">
          <span class="form-label">To what</span>
          <input
            class="form-control"
            type="search"
            name="target"
            value={query.target}
            placeholder="an e-mail address, key:… or a setting"
            autocomplete="off"
            maxlength={300}
          />
        </label>
        <label class="q-audit-field">
          <span class="form-label">From</span>
          <input class="form-control" type="date" name="from" value={query.from} />
        </label>
        <label class="q-audit-field">
          <span class="form-label">To</span>
          <input class="form-control" type="date" name="to" value={query.to} />
        </label>
        <span class="q-actions">
          <button type="submit" class="q-btn">
            <Icon name="filter" />
            Filter
          </button>
          {isNarrowed && <a href={AUDIT_PATH}>Show all</a>}
        </span>
      </form>
    </search>
  )
}

interface ChoiceProps {
  label: string
  name: string
  chosen: string | undefined
  all: string
  options: { value: string; label: string }[]
}

/** What is chosen stays choosable, also where the list does not have it. */
const Choice = ({ label, name, chosen, all, options }: ChoiceProps) => {
  const missing = chosen !== undefined && !options.some(({ value }) => value === chosen)
  return (
    <label class="q-audit-field">
      <span class="form-label">{label}</span>
      <select class="form-select" name={name}>
        <option value="">{all}</option>
        {missing && (
          <option value={chosen} selected>
            {chosen}
          </option>
        )}
        {options.map((option) => (
          <option value={option.value} selected={option.value === chosen}>
            {option.label}
          </option>
        ))}
      </select>
    </label>
  )
}

/** Each kind of thing, and below it what was done to it where that is more than one. */
function kindsOf(actions: readonly string[]): { value: string; label: string }[] {
  const nouns = [...new Set(actions.map((action) => action.split('.')[0] ?? action))]
  return nouns.flatMap((noun) => {
    const own = actions.filter((action) => action.startsWith(`${noun}.`))
    if (own.length === 1) return own.map((action) => ({ value: action, label: action }))
    return [{ value: noun, label: `${noun}: all` }, ...own.map((action) => ({ value: action, label: action }))]
  })
}
