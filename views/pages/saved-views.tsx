import type { SavedView } from '../../src/saved-views/store.ts'
import { FormError } from '../parts/auth-fields.tsx'
import { Card, DataTable, Icon, type IconName, SaveViewForm, TwoLines } from '../parts/index.ts'

type Shown = SavedView & { page: string; mayChange: boolean }

interface SavedViewsPageProps {
  views: Shown[]
  action: string
  maxName: number
  mayShare: boolean
  entered: { address?: string; name?: string; share?: boolean }
  error?: string
}

/** One's own views and the shared ones: open, rename, pin, share, delete. */
export const SavedViewsPage = (props: SavedViewsPageProps) => {
  const { views, action, maxName, mayShare, entered, error } = props
  return (
    <div class="q-flow">
      <FormError text={error} />
      {entered.address && (
        <Card id="keep" title="Keep a view" sub={entered.address}>
          <SaveViewForm
            prefix="page"
            action={action}
            address={entered.address}
            name={entered.name}
            share={entered.share}
            mayShare={mayShare}
            maxName={maxName}
            own={[]}
            shared={[]}
            pins={[]}
          />
        </Card>
      )}
      <Card id="views" title="Views" sub="a page with its filters; “last 30 days” stays the last 30" flush>
        <DataTable
          id="views"
          caption="Saved views"
          rowHeight={44}
          columns={[
            { key: 'view', label: 'View', strong: true },
            { key: 'by', label: 'Whose', muted: true, wide: true },
            { key: 'rename', label: 'Rename' },
            { key: 'acts', label: 'Pin, share, delete' },
          ]}
          rows={views.map((view) => ({ cells: cellsOf(view, props) }))}
          empty="No views yet. Set the filters of a page, open “Saved views” beside them, and give it a name."
        />
      </Card>
    </div>
  )
}

function cellsOf(view: Shown, { action, maxName, mayShare }: SavedViewsPageProps) {
  const base = `${action}/${view.id}`
  return {
    view: (
      <TwoLines
        title={<a href={view.path + view.query}>{view.name}</a>}
        sub={`${view.page}${view.query ? `, ${filtersOf(view.query)}` : ''}`}
      />
    ),
    by: view.own ? (view.shared ? 'yours, shared' : 'yours') : view.by,
    rename: view.mayChange ? <Rename view={view} base={base} maxName={maxName} /> : '—',
    acts: (
      <span class="q-actions">
        <Act
          base={base}
          verb={view.pinned ? 'unpin' : 'pin'}
          icon="bookmark"
          label={view.pinned ? 'Unpin' : 'Pin'}
          of={view.name}
        />
        {view.mayChange && view.shared && <Act base={base} verb="unshare" icon="lock" label="Unshare" of={view.name} />}
        {view.mayChange && !view.shared && mayShare && (
          <Act base={base} verb="share" icon="users" label="Share" of={view.name} />
        )}
        {view.mayChange && <Act base={base} verb="delete" icon="trash" label="Delete" of={view.name} />}
      </span>
    ),
  }
}

/** "range 90d, tenant acme" */
function filtersOf(query: string): string {
  return [...new URLSearchParams(query)].map(([name, value]) => `${name} ${value}`).join(', ')
}

const Rename = ({ view, base, maxName }: { view: Shown; base: string; maxName: number }) => (
  <form class="q-inline-form" method="post" action={`${base}/rename`}>
    <input
      class="form-control"
      name="name"
      value={view.name}
      maxlength={maxName}
      aria-label={`New name of “${view.name}”`}
      required
    />
    <button type="submit" class="q-btn q-btn-small">
      Rename
    </button>
  </form>
)

const Act = (props: { base: string; verb: string; icon: IconName; label: string; of: string }) => (
  <form method="post" action={`${props.base}/${props.verb}`}>
    <button type="submit" class="q-btn q-btn-small" aria-label={`${props.label} “${props.of}”`}>
      <Icon name={props.icon} size={14} />
      {props.label}
    </button>
  </form>
)
