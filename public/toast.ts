/** Messages at the bottom right: 6 s, errors stay. Sent by the server as HX-Trigger {"qd:toast": {...}} or by us. */
interface ToastDetail {
  tone?: 'good' | 'crit' | 'info'
  title: string
  text?: string
  link?: { label: string; href: string }
}

const stayMs = 6000

export function startToasts(): void {
  document.addEventListener('qd:toast', (event) => show((event as CustomEvent<ToastDetail>).detail))
  for (const toast of document.querySelectorAll<HTMLElement>('#toasts > [data-toast]')) leaveLater(toast)
}

/** Built from the template that the server rendered: text is set as text, so nothing in it can be markup. */
function show({ tone = 'info', title, text, link }: ToastDetail): void {
  const region = document.getElementById('toasts')
  const template = region?.querySelector<HTMLTemplateElement>(`template[data-toast-of="${CSS.escape(tone)}"]`)
  const toast = template?.content.firstElementChild?.cloneNode(true)
  if (!region || !(toast instanceof HTMLElement)) return
  const words = toast.querySelector('.q-toast-text')
  words?.append(part('b', title), ...(text ? [part('span', text)] : []))
  if (link?.href.startsWith('/')) {
    const anchor = Object.assign(part('a', link.label) as HTMLAnchorElement, { href: link.href })
    words?.after(anchor)
  }
  region.append(toast)
  leaveLater(toast)
}

const part = (tag: string, text: string): HTMLElement =>
  Object.assign(document.createElement(tag), { textContent: text })

function leaveLater(toast: HTMLElement): void {
  if (toast.dataset.toast !== 'crit') setTimeout(() => toast.remove(), stayMs)
}
