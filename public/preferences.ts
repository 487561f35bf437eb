/** The Auto switch and the theme: applied here at once, kept with the admin by the server. */

/** Wires both switches (title line and phone sheet). */
export function startPreferences(): void {
  document.addEventListener('change', (event) => {
    const target = event.target
    if (target instanceof HTMLInputElement && target.dataset.switch === 'refresh') setAuto(target.checked)
  })
}

const switches = () => [...document.querySelectorAll<HTMLInputElement>('[data-switch="refresh"]')]

/** A page without the switch has nothing that could be switched off. */
export const autoIsOn = (): boolean => switches()[0]?.checked ?? true

/** P and the switches. */
export function setAuto(on: boolean): void {
  for (const one of switches()) one.checked = on
  void save({ refresh: on ? 'on' : 'off' })
}

/** Light, dark, or as the system has it. */
export function setTheme(scheme: string): void {
  const dark = scheme === 'dark' || (scheme === 'system' && matchMedia('(prefers-color-scheme: dark)').matches)
  const root = document.documentElement
  root.dataset.scheme = scheme
  root.setAttribute('data-bs-theme', dark ? 'dark' : 'light')
  for (const item of document.querySelectorAll<HTMLElement>('[data-action="theme"]'))
    item.classList.toggle('q-selected', item.dataset.value === scheme)
  void save({ theme: scheme })
}

/** A preference that could not be kept is said, not hidden: it holds for this page only. */
async function save(values: Record<string, string>): Promise<void> {
  const answer = await fetch('/dashboard/preferences', { method: 'POST', body: new URLSearchParams(values) }).catch(
    () => null,
  )
  if (!answer?.ok)
    document.dispatchEvent(
      new CustomEvent('qd:toast', {
        detail: { tone: 'crit', title: 'Not saved', text: 'The setting holds for this page only.' },
      }),
    )
}
