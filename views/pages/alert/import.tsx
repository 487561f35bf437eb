import type { ImportPlan, Planned } from '../../../src/alerts/import.ts'
import { ruleWords } from '../../../src/alerts/words.ts'
import type { Deps } from '../../../src/context.ts'
import { FormError } from '../../parts/auth-fields.tsx'
import { FileProblems } from '../../parts/file-problems.tsx'
import { Badge, Card, Field } from '../../parts/index.ts'
import { ChangedFields } from '../board/import.tsx'

interface ImportProps {
  deps: Deps
  action: string
  yaml: string
  /** What the file would do; absent until there is one. */
  plan: ImportPlan | undefined
  problem?: string
  /** Why nothing can be saved. */
  off?: string
}

/** A file of rules, what it would do, and the button that does it. */
export const ImportRules = (props: ImportProps) => {
  const { action, yaml, plan, problem } = props
  return (
    <div class="q-import">
      <FormError text={problem} />
      {plan?.ok === false && <FileProblems problems={plan.problems} />}
      {plan?.ok && <Preview {...props} plan={plan} />}
      <Card id="import" title="YAML of alert rules" sub="as they are exported: one rule, or a list of them">
        <form class="q-form q-import-form" method="post" action={action} enctype="multipart/form-data">
          <Field id="import-file" label="File" wide>
            <input class="form-control" id="import-file" type="file" name="file" accept=".yaml,.yml,application/yaml" />
          </Field>
          <Field
            id="import-yaml"
            label="Or its text"
            hint="A rule that the file calls by the name of one that is there takes its place; all others are new. Rules that the file does not have stay as they are."
            wide
          >
            <textarea class="form-control q-code-area" id="import-yaml" name="yaml" rows={16} spellcheck={false}>
              {yaml}
            </textarea>
          </Field>
          <p class="q-actions q-form-wide">
            <button class={plan?.ok ? 'q-btn' : 'q-btn q-btn-primary'} type="submit" name="act" value="preview">
              Compare
            </button>
          </p>
        </form>
      </Card>
    </div>
  )
}

const TONES = { added: 'good', changed: 'info', same: 'plain' } as const
const WORDS = { added: 'new', changed: 'changed', same: 'as it is' } as const

const Preview = ({ deps, action, yaml, plan, off }: ImportProps & { plan: ImportPlan & { ok: true } }) => {
  const todo = plan.rules.filter(({ change }) => change !== 'same')
  return (
    <Card id="comparison" title="What the file does" sub={summaryOf(plan.rules)}>
      <ul class="q-diff">
        {plan.rules.map((one) => (
          <li class={`q-diff-card q-diff-${one.change}`}>
            <Badge tone={TONES[one.change]} text={WORDS[one.change]} />
            <span>
              <b>{one.rule.name}</b> <span class="q-ink-3">{ruleWords(deps, one.rule)}</span>
              {one.fields.length > 0 && <ChangedFields fields={one.fields} />}
            </span>
          </li>
        ))}
      </ul>
      {todo.length === 0 ? (
        <p class="q-ink-2">All rules of the file are just like that already.</p>
      ) : (
        <form class="q-actions" method="post" action={action} enctype="multipart/form-data">
          <input type="hidden" name="yaml" value={yaml} />
          <input type="hidden" name="seen" value={plan.seen} />
          <button
            class="q-btn q-btn-primary"
            type="submit"
            name="act"
            value="save"
            disabled={off !== undefined}
            title={off}
          >
            {todo.length === 1 ? 'Import 1 rule' : `Import ${todo.length} rules`}
          </button>
          <span class="q-ink-3">{off ?? 'All of them, or none.'}</span>
        </form>
      )}
    </Card>
  )
}

function summaryOf(rules: readonly Planned[]): string {
  const kinds = (['added', 'changed', 'same'] as const).map((change) => {
    const n = rules.filter((one) => one.change === change).length
    return n > 0 ? `${n} ${WORDS[change]}` : ''
  })
  return kinds.filter(Boolean).join(', ')
}
