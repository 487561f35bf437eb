import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A product's site under a policy of its own, which knows Quarterdeck by one script tag. */
export interface ProductSite {
  origin: string
  /** Where the script is, the attributes of its tag, and what headers the pages bring besides. */
  connect(quarterdeck: string, attributes: Record<string, string>, headers?: Record<string, string>): void
  close(): void
}

export async function productSite(): Promise<ProductSite> {
  let quarterdeck = ''
  let tag = ''
  let extra: Record<string, string> = {}
  const answer = (request: IncomingMessage, response: ServerResponse) => {
    const { pathname } = new URL(request.url!, 'http://site')
    const file = FILES[pathname]
    if (file) return response.setHeader('content-type', file.type).end(file.text)
    const page = PAGES[pathname]
    if (page === undefined) return response.writeHead(404).end()
    for (const [name, value] of Object.entries(extra)) response.setHeader(name, value)
    response.setHeader('content-security-policy', policy(quarterdeck))
    response.setHeader('content-type', 'text/html; charset=utf-8')
    response.end(`<!doctype html><html lang="en"><head><title>Product of Ada</title><link rel="icon" href="data:,">
      <link rel="stylesheet" href="/site.css"><script defer src="/site.js"></script>${tag}</head><body>${page}</body></html>`)
  }
  const server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    connect(url, attributes, headers = {}) {
      quarterdeck = url
      extra = headers
      const written = Object.entries(attributes).map(([name, value]) => `data-${name}="${value}"`)
      tag = `<script defer src="${url}/q.js" ${written.join(' ')}></script>`
    },
    close: () => server.close(),
  }
}

const policy = (quarterdeck: string): string =>
  [
    "default-src 'none'",
    `script-src 'self' ${quarterdeck}/q.js`,
    `connect-src ${quarterdeck}/v1/vitals`,
    "style-src 'self'",
    'img-src data:',
    "form-action 'self'",
    "base-uri 'none'",
    "require-trusted-types-for 'script'",
  ].join('; ')

const PAGES: Record<string, string> = {
  '/': `
    <h1>Welcome to the product</h1><p id="hero">A paragraph large enough to be the largest contentful paint.</p>
    <button id="shift">Show a banner</button>
    <button id="upgrade" data-track="Upgrade Clicked"><span>Upgrade for Ada Lovelace</span></button>
    <button id="spa">Open a project</button> <button id="fail">Fail</button> <button id="reject">Reject</button>
    <form id="signup" action="/nowhere"><input name="email" type="email"><input name="password" type="password"><textarea name="about"></textarea></form>
    <form id="search" action="/second"><input name="q"><button>Search</button></form>
    <form id="private" data-no-track><input name="secret_field"></form>
    <div class="below"><form id="unseen"><input name="far"></form></div>
    <a id="next" href="/second?token=tok-999#part">Next page</a>`,
  '/second': '<h1>Second page</h1><button id="done" data-track="Done Clicked">Done</button>',
}

const FILES: Record<string, { type: string; text: string }> = {
  '/site.css': { type: 'text/css', text: '.below { margin-top: 300vh } .banner { height: 200px }' },
  '/site.js': {
    type: 'text/javascript',
    text: `
      const busy = (ms) => { const end = performance.now() + ms; while (performance.now() < end); }
      const click = (id, act) => document.getElementById(id)?.addEventListener('click', act)
      click('upgrade', () => busy(80))
      click('shift', () => setTimeout(() => {
        const banner = document.createElement('div')
        banner.className = 'banner'
        document.body.prepend(banner)
      }, 700))
      click('spa', () => history.pushState({}, '', '/projects/1b4e28ba-2fa1-41d2-883f-0016d3cca427?tab=ada@secret.example'))
      click('fail', () => { throw new TypeError('cannot save ' + document.querySelector('[name=about]').value + ' for bob@secret.example') })
      click('reject', () => Promise.reject(new RangeError('out of range')))`,
  },
}
