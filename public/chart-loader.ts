/** Charts come after the first paint, in a file of their own, and only where a canvas is (nearly) in sight. */
interface Charts {
  draw(figure: HTMLElement): void
  refresh(): void
}

let charts: Promise<Charts> | undefined
let watcher: IntersectionObserver | undefined

/** The browser says when it has painted; two frames after load need not be enough. */
export function loadChartsLater(): void {
  new PerformanceObserver((_entries, observer) => {
    observer.disconnect()
    requestAnimationFrame(watch)
  }).observe({ type: 'paint', buffered: true })
  document.addEventListener('htmx:after:swap', () => {
    if (charts) void charts.then((loaded) => loaded.refresh())
    watch()
  })
}

const watched = new WeakSet<Element>()

function watch(): void {
  watcher ??= new IntersectionObserver(drawSeen, { rootMargin: '200px' })
  for (const figure of document.querySelectorAll<HTMLElement>('[data-chart]')) {
    if (watched.has(figure)) continue
    watched.add(figure)
    watcher.observe(figure)
  }
}

function drawSeen(entries: IntersectionObserverEntry[]): void {
  for (const entry of entries) {
    if (!entry.isIntersecting) continue
    watcher?.unobserve(entry.target)
    void load().then((loaded) => loaded.draw(entry.target as HTMLElement))
  }
}

/** The font first: a canvas does not redraw itself when it comes. */
function load(): Promise<Charts> {
  charts ??= (async () => {
    const address = document.querySelector<HTMLScriptElement>('script[data-charts]')?.dataset.charts ?? ''
    const [loaded] = await Promise.all([
      import(address) as Promise<Charts>,
      document.fonts.load('500 11px "Inter Variable"').catch(() => []),
    ])
    return loaded
  })()
  return charts
}
