import { curlOf, fieldsOf, tryHref } from '../../../src/api/docs-examples.ts'
import { type JsonSchema, outline, typeText } from '../../../src/api/json-schema.ts'
import type { Parameter, ShownOperation } from '../../../src/api/openapi.ts'
import { Card, DataTable, Grid, Icon } from '../../parts/index.ts'

/** One operation: what it takes, a command to paste, what it answers. */
export const DocsOperation = ({ one, baseUrl }: { one: ShownOperation; baseUrl: string }) => {
  const body = bodyOf(one)
  const href = tryHref(one)
  const answers = Object.entries(one.responses).filter(([status]) => status !== 'default')
  return (
    <Grid>
      <Card id="about" title={one.summary} sub={one.tags[0]} span={12}>
        {one.description && <p class="q-ink-2">{coded(one.description)}</p>}
        <div class="q-snippet">
          <pre tabindex={0}>{curlOf(one, baseUrl, body)}</pre>
          <button type="button" class="q-btn q-btn-small" data-action="copy">
            <Icon name="copy" size={14} />
            Copy
          </button>
        </div>
        {href && (
          <p class="q-actions">
            <a class="q-btn" href={href} target="_blank" rel="noopener">
              Try it
            </a>
            <span class="q-ink-3">With your own sign-in, in a new tab.</span>
          </p>
        )}
      </Card>
      {one.parameters && <Fields id="parameters" title="Parameters" fields={one.parameters} />}
      {body && <Fields id="body" title="Body" fields={fieldsOf(body)} />}
      {answers.map(([status, answer]) => (
        <AnswerCard status={status} answer={answer} />
      ))}
      <Card id="errors" title="Errors" span={12}>
        <p class="q-ink-2">
          Anything else is a problem document (RFC 9457): <code class="q-code">title</code>,{' '}
          <code class="q-code">status</code>, <code class="q-code">detail</code> and a{' '}
          <code class="q-code">requestId</code> under which the log has it.
        </p>
      </Card>
    </Grid>
  )
}

/** What stands between backticks is code. */
const coded = (text: string) =>
  text.split('`').map((part, i) => (i % 2 === 1 ? <code class="q-code">{part}</code> : part))

const bodyOf = ({ requestBody }: ShownOperation): JsonSchema | undefined =>
  requestBody?.content['application/json']?.schema

const Fields = ({ id, title, fields }: { id: string; title: string; fields: Parameter[] }) => (
  <Card id={id} title={title} span={12} flush>
    <DataTable
      id={id}
      caption={title}
      columns={[
        { key: 'name', label: 'Name', code: true, strong: true },
        { key: 'type', label: 'Type' },
        { key: 'default', label: 'Default', muted: true },
        { key: 'about', label: 'About', muted: true },
      ]}
      rows={fields.map(({ name, required, description, schema }) => ({
        cells: {
          name,
          type: typeText(schema),
          default: required ? 'required' : schema.default === undefined ? '' : String(schema.default),
          about: description ?? '',
        },
      }))}
    />
  </Card>
)

const AnswerCard = ({ status, answer }: { status: string; answer: JsonSchema }) => {
  const [[type = '', { schema = {} } = {}] = []] = Object.entries(
    (answer.content ?? {}) as Record<string, { schema?: JsonSchema }>,
  )
  return (
    <Card id={`answer-${status}`} title={`Answer ${status}`} sub={type} span={12}>
      {type === 'application/json' ? (
        <pre class="q-pre" tabindex={0}>
          {outline(schema)}
        </pre>
      ) : (
        <p class="q-ink-2">{String(answer.description)}</p>
      )}
    </Card>
  )
}
