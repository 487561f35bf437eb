import { Icon } from './icons.tsx'

/** ⌘K: pages, metrics and actions by name. Filled by public/palette.ts from /dashboard/palette.json on first use. */
export const Palette = () => (
  <dialog
    class="q-palette"
    id="palette"
    aria-label="Search or jump to"
    x-data="palette"
    {...{ '@palette-open': 'open' }}
  >
    <div class="q-palette-field">
      <Icon name="search" />
      <input
        type="text"
        role="combobox"
        aria-label="Search or jump to"
        aria-expanded="true"
        aria-controls="palette-list"
        autocomplete="off"
        spellcheck={false}
        placeholder="Pages, metrics, actions"
        x-model="query"
        {...{ '@keydown': 'onKey', ':aria-activedescendant': 'activeId' }}
      />
      <kbd>Esc</kbd>
    </div>
    <div class="q-palette-list" id="palette-list" role="listbox" aria-label="Matches">
      <template x-for="row in rows" {...{ ':key': 'row.id' }}>
        <div role="presentation" {...{ ':class': 'row.look' }}>
          <span x-text="row.heading" class="q-palette-group" aria-hidden="true" />
          <a
            role="option"
            tabindex={-1}
            {...{ ':id': 'row.id', ':href': 'row.href', ':aria-selected': 'row.selected' }}
          >
            <span class="q-palette-title" x-text="row.title" />
            <span class="q-palette-note" x-text="row.note" />
            <kbd x-show="row.keys" x-text="row.keys" />
          </a>
        </div>
      </template>
    </div>
    <footer class="q-palette-foot">
      <span>
        <kbd>↑</kbd> <kbd>↓</kbd> move
      </span>
      <span>
        <kbd>↵</kbd> open
      </span>
      <span class="q-push q-num" x-text="count" />
    </footer>
  </dialog>
)

const keys: [string, string][] = [
  ['Ctrl K', 'find pages, metrics, actions'],
  ['/', 'search in the page'],
  ['G O', 'Overview'],
  ['G A', 'Activity'],
  ['G M', 'Metrics'],
  ['R', 'refresh now'],
  ['P', 'pause or go on refreshing'],
  ['F', 'filters'],
  ['T', 'chart as table'],
  ['J K', 'next row, row before'],
  ['Enter', 'open the row'],
  ['Esc', 'close'],
  ['?', 'these keys'],
]

/** The keys, by themselves. */
export const KeysHelp = () => (
  <dialog class="q-dialog" id="keys" aria-labelledby="keys-title">
    <header class="q-sheet-head">
      <h2 id="keys-title">Keys</h2>
      <button type="button" class="q-btn q-btn-icon" aria-label="Close" data-action="close">
        <Icon name="x" />
      </button>
    </header>
    <dl class="q-facts">
      {keys.map(([key, does]) => (
        <div>
          <dt>{does}</dt>
          <dd>
            <kbd>{key}</kbd>
          </dd>
        </div>
      ))}
    </dl>
  </dialog>
)
