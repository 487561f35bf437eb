import type { Snippet } from '../../../src/data-page/snippets.ts'
import { FormError, TextField } from '../../parts/auth-fields.tsx'
import { Card, Grid, Icon, Note } from '../../parts/index.ts'

/** A key that was not made: what was typed, and what is wrong with it. */
export interface RefusedKey {
  kind: 'server' | 'public'
  name: string
  origins: string
  reason: string
}

interface ConnectProps {
  snippets: Snippet[]
  /** Keys made just now: shown this once. */
  made: { server?: string; public?: string }
  refused?: RefusedKey
  /** Why no key can be made here; undefined = it can. */
  mayMake: string | undefined
}

/** What to paste where, with this installation's own address, and with a key if one was made just now. */
export const ConnectPage = ({ snippets, made, refused, mayMake }: ConnectProps) => (
  <div class="q-flow">
    {(made.server || made.public) && (
      <Note tone="info">
        The key below is shown this once.{' '}
        {made.server ? 'It is stored as a hash only: copy it now.' : 'It is public, and bound to its origins.'}
      </Note>
    )}
    <Grid>
      <KeyCard kind="server" mayMake={mayMake} made={made.server} refused={refused} />
      <KeyCard kind="public" mayMake={mayMake} made={made.public} refused={refused} />
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

interface KeyCardProps {
  kind: keyof typeof KEYS
  mayMake: string | undefined
  made?: string
  refused?: RefusedKey
}

const KeyCard = ({ kind, mayMake, made, refused }: KeyCardProps) => {
  const again = refused?.kind === kind ? refused : undefined
  return (
    <Card id={`key-${kind}`} title={KEYS[kind].title} span={6}>
      <p class="q-ink-2">{KEYS[kind].text}</p>
      {made && <Code text={made} />}
      <form method="post" action="/dashboard/data/connect/keys">
        <FormError text={again?.reason} />
        <input type="hidden" name="kind" value={kind} />
        <TextField
          label="Name"
          name="name"
          id={`${kind}-name`}
          value={again?.name}
          hint="Where it is used: production, staging …"
        />
        {kind === 'public' && (
          <TextField
            label="Origins"
            name="origins"
            value={again?.origins}
            hint="https://app.example.com; several with commas."
            required
          />
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
}

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
