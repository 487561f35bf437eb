import type { PageContext } from '../../../src/page.ts'
import { whyNoTags } from '../../../src/users/notes.ts'
import { USERS_PATH } from '../../../src/users/paths.ts'
import { Icon } from '../../parts/index.ts'

/** The tag whose users are asked for, where tags are told. */
export const tagOf = ({ deps, query }: PageContext): string | undefined =>
  query.tag && !whyNoTags(deps) ? query.tag : undefined

/** By how something begins; what else narrows the list stays. */
export const Search = ({ context }: { context: PageContext }) => {
  const { query, href } = context
  const kept = new URLSearchParams(href({ query: { q: '', after: '', before: '' } }).split('?')[1])
  return (
    <form class="q-user-search" method="get" action={USERS_PATH}>
      {[...kept].map(([name, value]) => (
        <input type="hidden" name={name} value={value} />
      ))}
      <span class="q-user-search-field">
        <Icon name="search" />
        <input
          class="form-control"
          type="search"
          name="q"
          value={query.q}
          placeholder="E-mail, name, id or domain"
          aria-label="Search users by the beginning of an e-mail address, a name, an id or a domain"
          autocomplete="off"
          maxlength={100}
        />
        <kbd>/</kbd>
      </span>
      <button class="q-btn" type="submit">
        Search
      </button>
      {tagOf(context) && (
        <a class="q-chip" href={href({ query: { tag: '', after: '', before: '' } })} aria-current="true">
          {`Tag: ${query.tag}`}
          <Icon name="x" size={14} />
          <span class="q-sr">, take away</span>
        </a>
      )}
      {query.q && <a href={href({ query: { q: '', after: '', before: '' } })}>Clear the search</a>}
    </form>
  )
}
