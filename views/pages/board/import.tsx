import type { BoardDiff, CardChange, FieldChange } from '../../../src/boards/diff.ts'
import { isSame } from '../../../src/boards/diff.ts'
import type { Board } from '../../../src/boards/read.ts'
import type { FileProblem } from '../../../src/lib/yaml-file.ts'
import { FormError } from '../../parts/auth-fields.tsx'
import { FileProblems } from '../../parts/file-problems.tsx'
import { Badge, Card, Field } from '../../parts/index.ts'
import { Select } from './fields.tsx'

interface ImportProps {
  action: string
  yaml: string
  /** Those that may be replaced. */
  boards: Board[]
  into: Board | undefined
  diff: BoardDiff | undefined
  name: string | undefined
  problems: FileProblem[]
  problem?: string
}

/** A file, what it would change, and the button that does it. */
export const ImportPage = (props: ImportProps) => {
  const { action, yaml, boards, into, diff, problems, problem } = props
  return (
    <div class="q-import">
      <FormError text={problem} />
      {problems.length > 0 && <FileProblems problems={problems} />}
      {diff && <Comparison {...props} diff={diff} />}
      <Card id="import" title="YAML of a board" sub="as it is exported">
        <form class="q-form q-import-form" method="post" action={action} enctype="multipart/form-data">
          <Field id="import-file" label="File" wide>
            <input class="form-control" id="import-file" type="file" name="file" accept=".yaml,.yml,application/yaml" />
          </Field>
          <Field id="import-yaml" label="Or its text" wide>
            <textarea class="form-control q-code-area" id="import-yaml" name="yaml" rows={16} spellcheck={false}>
              {yaml}
            </textarea>
          </Field>
          <Field id="import-into" label="Save as" hint="A file that names a board of yours is compared with it." wide>
            <Select
              id="import-into"
              name={diff ? 'into' : 'choose'}
              value={into?.slug}
              options={[
                { value: '', label: 'A new board' },
                ...boards.map((board) => ({ value: board.slug, label: `${board.name}, in place of what it is` })),
              ]}
            />
          </Field>
          <p class="q-actions q-form-wide">
            <button class={diff ? 'q-btn' : 'q-btn q-btn-primary'} type="submit" name="act" value="preview">
              Compare
            </button>
          </p>
        </form>
      </Card>
    </div>
  )
}

const WORDS = { added: 'good', removed: 'crit', changed: 'info', moved: 'plain' } as const

const Comparison = ({ action, yaml, into, diff, name }: ImportProps & { diff: BoardDiff }) => (
  <Card
    id="comparison"
    title={into ? `What changes in “${into.name}”` : `A new board, “${name}”`}
    sub={isSame(diff) ? 'nothing' : summaryOf(diff)}
  >
    {diff.fields.length > 0 && into && <ChangedFields fields={diff.fields} />}
    {diff.cards.length > 0 && (
      <ul class="q-diff">
        {diff.cards.map((card) => (
          <Change card={card} />
        ))}
      </ul>
    )}
    {isSame(diff) ? (
      <p class="q-ink-2">The board is just like the file already.</p>
    ) : (
      <form class="q-actions" method="post" action={action}>
        <input type="hidden" name="yaml" value={yaml} />
        <input type="hidden" name="into" value={into?.slug ?? ''} />
        <input type="hidden" name="version" value={into ? String(into.version) : ''} />
        <button class="q-btn q-btn-primary" type="submit" name="act" value="save">
          {into ? `Save into “${into.name}”` : 'Make the board'}
        </button>
      </form>
    )}
  </Card>
)

function summaryOf({ cards }: BoardDiff): string {
  const kinds = (['added', 'changed', 'moved', 'removed'] as const).map((change) => {
    const n = cards.filter((card) => card.change === change).length
    return n > 0 ? `${n} ${change}` : ''
  })
  return kinds.filter(Boolean).join(', ')
}

const Change = ({ card }: { card: CardChange }) => (
  <li class={`q-diff-card q-diff-${card.change}`}>
    <Badge tone={WORDS[card.change]} text={card.change} />
    <span>
      <b>{card.title}</b> <span class="q-ink-3">{`${card.kind}, ${card.id}`}</span>
      {card.fields.length > 0 && <ChangedFields fields={card.fields} />}
    </span>
  </li>
)

/** Each field that changes, with what it was and what it will be. */
export const ChangedFields = ({ fields }: { fields: FieldChange[] }) => (
  <dl class="q-diff-fields">
    {fields.map(({ field, before, after }) => (
      <div>
        <dt>{field}</dt>
        <dd>
          {before && <del>{before}</del>} {after ? <ins>{after}</ins> : <span class="q-ink-3">nothing</span>}
        </dd>
      </div>
    ))}
  </dl>
)
