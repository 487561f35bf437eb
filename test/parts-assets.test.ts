import { existsSync, readFileSync } from 'node:fs'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { Hono } from 'hono'
import { beforeAll, describe, expect, test } from 'vitest'
import { asset, mountAssets } from '../src/assets.ts'

const app = new Hono()
mountAssets(app)
const names = ['app.css', 'app.js', 'charts.js', 'theme.js', 'icon.svg', 'inter.woff2']
const get = (path: string, coding = '') => app.request(path, { headers: { 'accept-encoding': coding } })

beforeAll(() => {
  if (!existsSync('dist/public/manifest.json'))
    throw new Error('Run `npm run build` first: these tests read dist/public.')
})

describe('the files of the browser', () => {
  test.each(names)('%s has a hashed address and may be kept for ever', async (name) => {
    const answer = await get(asset(name))
    expect(asset(name)).toMatch(/^\/assets\/\w+\.[0-9a-f]{10}\.\w+$/)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('cache-control')).toContain('immutable')
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
  })

  test('are sent as the client can read them: brotli before gzip, and plain where neither is wanted', async () => {
    const plain = Buffer.from(await (await get(asset('app.js'))).arrayBuffer())
    const br = await get(asset('app.js'), 'gzip, deflate, br')
    const gzip = await get(asset('app.js'), 'gzip, br;q=0')
    expect(br.headers.get('content-encoding')).toBe('br')
    expect(gzip.headers.get('content-encoding')).toBe('gzip')
    expect(brotliDecompressSync(Buffer.from(await br.arrayBuffer())).equals(plain)).toBe(true)
    expect(gunzipSync(Buffer.from(await gzip.arrayBuffer())).equals(plain)).toBe(true)
    expect((await get(asset('inter.woff2'), 'br')).headers.get('content-encoding')).toBeNull()
  })

  test.each(['manifest.json', '..%2f..%2fpackage.json', '..%2fcli.js', 'app.css.br', 'app.css', '__proto__', '%00'])(
    '%s is not one of them',
    async (name) => {
      expect((await get(`/assets/${name}`)).status).toBe(404)
    },
  )

  test('the style sheet names the font by its hashed address and imports nothing', async () => {
    const css = await (await get(asset('app.css'))).text()
    expect(css).toContain(asset('inter.woff2'))
    expect(css).not.toContain('@import')
  })

  test('our own scripts hold no eval', () => {
    const manifest = JSON.parse(readFileSync('dist/public/manifest.json', 'utf8')) as Record<string, string>
    const charts = readFileSync(`dist/public/${manifest['charts.js']}`, 'utf8')
    expect(charts).not.toMatch(/\beval\(|new Function\(/)
  })
})
