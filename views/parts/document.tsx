import { raw } from 'hono/html'
import type { Child } from 'hono/jsx'
import { asset } from '../../src/assets.ts'
import type { FrameAdmin } from './types.ts'

/**
 * htmx under a strict policy: no style element of its own, and no swap of errors but 422 (a form with its messages).
 * A morph leaves open <details> and the chart-or-table choice alone.
 */
const htmxConfig = JSON.stringify({
  includeIndicatorCSS: false,
  history: false,
  noSwap: [204, 304, 400, 401, 403, 404, 409, 413, 429, '5xx'],
  morphIgnore: ['data-htmx-powered', 'open', 'data-view'],
})

/** <html> of every page. The theme is in the first byte, so nothing flashes; 'system' asks the browser before paint. */
export const Document = ({
  title,
  theme = 'system',
  children,
}: {
  title: string
  theme?: FrameAdmin['theme']
  children?: Child
}) => (
  <>
    {raw('<!doctype html>')}
    <html lang="en" data-bs-theme={theme === 'dark' ? 'dark' : 'light'} data-scheme={theme}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover" />
        <meta name="color-scheme" content={theme === 'system' ? 'light dark' : theme} />
        <meta name="htmx-config" content={htmxConfig} />
        <title>{`${title} · Quarterdeck`}</title>
        <link rel="preload" href={asset('inter.woff2')} as="font" type="font/woff2" crossorigin="anonymous" />
        <link rel="stylesheet" href={asset('app.css')} />
        <link rel="icon" href={asset('icon.svg')} type="image/svg+xml" />
        {theme === 'system' && <script src={asset('theme.js')} />}
        <script type="module" src={asset('app.js')} data-charts={asset('charts.js')} />
      </head>
      <body data-now={Date.now()}>{children}</body>
    </html>
  </>
)
