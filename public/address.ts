/** What a form found without a new page stands in the address: to be shared, kept, and reached with "back". */

interface Exchange {
  sourceElement?: Element
  response?: { status: number }
}

/**
 * When [data-address] forms get their answer, the address is the one that the form would have led to. Not after the swap:
 * a form that stands within what it replaces is gone by then.
 */
export function startAddresses(): void {
  document.addEventListener('htmx:after:request', (event) => {
    const { sourceElement, response } = (event as CustomEvent<{ ctx?: Exchange }>).detail?.ctx ?? {}
    if (!(sourceElement instanceof HTMLFormElement) || !sourceElement.dataset.address) return
    if (response?.status === 200) showAddress(sourceElement)
  })
}

function showAddress(form: HTMLFormElement): void {
  const query = new URLSearchParams()
  for (const [name, value] of new FormData(form)) if (value !== '') query.append(name, String(value))
  const text = query.toString()
  const { pathname } = new URL(form.action)
  history.replaceState(history.state, '', text ? `${pathname}?${text}` : pathname)
}
