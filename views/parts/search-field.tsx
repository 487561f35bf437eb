import { Icon } from './icons.tsx'

/** The words of a search and its button, for a form of method get; `value` is what was searched. */
export const SearchField = ({
  value,
  placeholder,
  label,
  class: more,
}: {
  value: string | undefined
  placeholder: string
  label: string
  class?: string
}) => (
  <>
    <input
      class={more ? `form-control ${more}` : 'form-control'}
      type="search"
      name="q"
      value={value}
      placeholder={placeholder}
      aria-label={label}
      autocomplete="off"
      maxlength={100}
    />
    <button class="q-btn" type="submit">
      <Icon name="search" />
      Search
    </button>
  </>
)
