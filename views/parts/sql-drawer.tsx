import { raw } from 'hono/html'
import { Icon } from './icons.tsx'
import type { SqlDrawerProps } from './types.ts'

/** The statement behind a number, in a drawer: a <dialog> at the right, full screen on the phone. */
export const SqlDrawer = ({ id, title, code, sql, tookMs, note, links, addresses }: SqlDrawerProps) => (
  <dialog class="q-drawer" id={id} aria-labelledby={`${id}-title`}>
    <header class="q-drawer-head">
      <h2 class="q-drawer-title" id={`${id}-title`}>
        {title}
      </h2>
      {code && <code class="q-code">{code}</code>}
      <button type="button" class="q-btn q-btn-icon q-push" aria-label="Close" data-action="close">
        <Icon name="x" />
      </button>
    </header>
    <div class="q-drawer-body">
      {note && <p class="q-ink-2">{note}</p>}
      <div class="q-snippet">
        <pre tabindex={0}>{raw(highlight(sql))}</pre>
        <button type="button" class="q-btn q-btn-small" data-action="copy">
          <Icon name="copy" size={14} />
          Copy
        </button>
      </div>
      {(tookMs !== undefined || links) && (
        <p class="q-drawer-facts">
          {tookMs !== undefined && (
            <span>
              <Icon name="circle-check" size={14} tone="good" /> {`${Math.round(tookMs)} ms`}
            </span>
          )}
          {links?.map((link) => (
            <a href={link.href}>{link.label}</a>
          ))}
        </p>
      )}
      {addresses && (
        <>
          <h3 class="q-label">Stable addresses</h3>
          <pre class="q-pre" tabindex={0}>
            {addresses.map((address) => `${address.verb} ${address.text}`).join('\n')}
          </pre>
        </>
      )}
    </div>
  </dialog>
)

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
const escaped = (text: string): string => text.replace(/[&<>"]/g, (found) => escapes[found] ?? found)

const token =
  /('(?:[^']|'')*')|(--[^\n]*)|\b(select|from|where|and|or|not|null|is|in|as|on|join|left|inner|cross|lateral|group|order|by|with|union|all|case|when|then|else|end|filter|between|distinct|limit|coalesce|desc|asc|any|using|having|interval|over|partition|values|exists)\b/gi

/** Strings, comments and words of the language get a colour; everything is escaped, piece by piece. */
const highlight = (sql: string): string => {
  let done = 0
  let html = ''
  for (const found of sql.matchAll(token)) {
    const kind = found[1] ? 'text' : found[2] ? 'note' : 'word'
    html += `${escaped(sql.slice(done, found.index))}<span class="q-sql-${kind}">${escaped(found[0])}</span>`
    done = found.index + found[0].length
  }
  return html + escaped(sql.slice(done))
}
