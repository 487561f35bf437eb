/** What a form found without a new page stands in the address: to be shared, kept, and reached with "back". */

interface Swap {
  sourceElement?: Element
}

/** After [data-address] forms have drawn their answer, the address is the one that the form would have led to. */
export function startAddresses(): void {
  document.addEventListener('htmx:after:swap', (event) => {
    const { sourceElement } = (event as CustomEvent<{ ctx?: Swap }>).detail?.ctx ?? {}
    if (sourceElement instanceof HTMLFormElement && sourceElement.dataset.address) showAddress(sourceElement)
  })
}

function showAddress(form: HTMLFormElement): void {
  const query = new URLSearchParams()
  for (const [name, value] of new FormData(form)) if (value !== '') query.append(name, String(value))
  const text = query.toString()
  const { pathname } = new URL(form.action)
  history.replaceState(history.state, '', text ? `${pathname}?${text}` : pathname)
}
