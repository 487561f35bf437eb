import type { Snippet } from '../../../src/data-page/snippets.ts'
import { TextField } from '../../parts/auth-fields.tsx'
import { Card, Grid, Icon, Note } from '../../parts/index.ts'

interface ConnectProps {
  snippets: Snippet[]
  /** Keys made just now: shown this once. */
  made: { server?: string; public?: string }
  /** Why no key can be made here; undefined = it can. */
  mayMake: string | undefined
}

/** What to paste where, with this installation's own address, and with a key if one was made just now. */
export const ConnectPage = ({ snippets, made, mayMake }: ConnectProps) => (
  <div class="q-flow">
    {(made.server || made.public) && (
      <Note tone="info">
        The key below is shown this once.{' '}
        {made.server ? 'It is stored as a hash only: copy it now.' : 'It is public, and bound to its origins.'}
      </Note>
    )}
    <Grid>
      <KeyCard kind="server" mayMake={mayMake} made={made.server} />
      <KeyCard kind="public" mayMake={mayMake} made={made.public} />
      {snippets.map((snippet) => (
        <SnippetCard {...snippet} />
      ))}
    </Grid>
  </div>
)

const KEYS = {
  server: {
    title: 'A key for servers',
    text: 'May send facts and nothing else. For Segment, PostHog, OpenTelemetry and curl.',
  },
  public: { title: 'A key for browsers', text: 'Readable in your pages, so it is bound to their origins.' },
} as const

const KeyCard = ({ kind, mayMake, made }: { kind: keyof typeof KEYS; mayMake: string | undefined; made?: string }) => (
  <Card id={`key-${kind}`} title={KEYS[kind].title} span={6}>
    <p class="q-ink-2">{KEYS[kind].text}</p>
    {made && <Code text={made} />}
    <form method="post" action="/dashboard/data/connect/keys">
      <input type="hidden" name="kind" value={kind} />
      <TextField label="Name" name="name" hint="Where it is used: production, staging …" />
      {kind === 'public' && (
        <TextField label="Origins" name="origins" hint="https://app.example.com; several with commas." required />
      )}
      <p class="q-actions">
        <button type="submit" class="q-btn" disabled={mayMake !== undefined} title={mayMake}>
          <Icon name="key" size={14} />
          Make a key
        </button>
        {mayMake && <span class="q-ink-3">{mayMake}</span>}
      </p>
    </form>
  </Card>
)

const SnippetCard = ({ id, title, text, code }: Snippet) => (
  <Card id={id} title={title} span={6}>
    <p class="q-ink-2">{text}</p>
    <Code text={code} />
  </Card>
)

const Code = ({ text }: { text: string }) => (
  <div class="q-snippet q-snippet-whole">
    <pre tabindex={0}>{text}</pre>
    <button type="button" class="q-btn q-btn-small" data-action="copy">
      <Icon name="copy" size={14} />
      Copy
    </button>
  </div>
)
