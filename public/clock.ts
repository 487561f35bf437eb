/** Keeps "12 s ago" true, by the server's clock: a wrong clock here does no harm. */
const skewMs = Date.now() - Number(document.body?.dataset.now ?? Date.now())

/** Ticks every second while the page is open. */
export function startClock(): void {
  setInterval(tick, 1000)
  document.addEventListener('visibilitychange', tick)
  // A fragment brings its moments as the server writes them.
  document.addEventListener('htmx:after:swap', tick)
  tick()
}

/** The numbers of this page were right at this moment, by the server's clock. */
export function markUpdated(ageSeconds = 0): void {
  const line = document.getElementById('updated')
  if (!line) return
  line.dataset.at = String(Date.now() - ageSeconds * 1000)
  tick()
}

function tick(): void {
  const line = document.getElementById('updated')
  const text = line?.querySelector('[data-age-text]')
  if (line && text) {
    line.dataset.at ??= String(Date.now() - Number(line.dataset.age) * 1000)
    text.textContent = ago((Date.now() - Number(line.dataset.at)) / 1000)
  }
  for (const time of document.querySelectorAll<HTMLTimeElement>('time[data-ago]'))
    time.textContent = ago((Date.now() - skewMs - Date.parse(time.dateTime)) / 1000)
}

/** 12 s ago, 3 m ago, 2 h ago, 4 d ago. */
export function ago(seconds: number): string {
  const s = Math.max(0, Math.round(seconds))
  if (s < 60) return `${s} s ago`
  if (s < 3600) return `${Math.floor(s / 60)} m ago`
  if (s < 172_800) return `${Math.floor(s / 3600)} h ago`
  return `${Math.floor(s / 86_400)} d ago`
}
