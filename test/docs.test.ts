import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from '../src/cli/command.ts'
import { commands } from '../src/cli/run.ts'
import { settings } from '../src/config.ts'
import { DOCS_PATH, docHref } from '../src/docs/define.ts'
import { docPages } from '../src/docs/index.ts'
import { searchDocs } from '../src/docs/search.ts'
import { factKinds } from '../src/facts/index.ts'
import { pages } from '../src/pages.ts'
import { type TestApp, testApp } from './helpers/app.ts'

let t: TestApp
let owner: string
let env: Record<string, string>
const found = new Map<string, string>()

beforeAll(async () => {
  t = await testApp({ now: new Date('2026-11-20T12:00:00Z') })
  owner = await t.admin('owner')
  env = { PATH: process.env.PATH ?? '', URL: await t.listen(), KEY: await t.key(['read', 'ingest', 'act']) }
})
afterAll(() => t?.close())

async function html(path: string): Promise<string> {
  const known = found.get(path)
  if (known !== undefined) return known
  const response = await t.request(path, { headers: { cookie: owner, accept: 'text/html' } })
  expect([path, response.status]).toEqual([path, 200])
  const text = await response.text()
  found.set(path, text)
  return text
}
const mainOf = (text: string) => text.slice(text.indexOf('id="main"'))
const unescaped = (text: string) => text.replaceAll('&amp;', '&')

const blocks = docPages.flatMap(({ slug, sections }) =>
  sections.flatMap(({ id, text }) =>
    [...text.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap((match) =>
      (match[1] ?? '')
        .trim()
        .split('\n')
        .map((line) => ({ where: `${slug}#${id}`, line })),
    ),
  ),
)

describe('the pages of help', () => {
  it('answer viewers, by their list and by the palette', async () => {
    const viewer = await t.admin('viewer')
    const list = await html(DOCS_PATH)
    const palette = await t.request('/dashboard/palette.json', { headers: { cookie: viewer } })
    const items = ((await palette.json()) as { items: { group: string; href: string }[] }).items
    for (const { slug, title } of docPages) {
      expect(list).toContain(`href="${docHref(slug)}"`)
      expect(items).toContainEqual(expect.objectContaining({ group: 'Help', href: docHref(slug) }))
      const page = await t.request(docHref(slug), { headers: { cookie: viewer, accept: 'text/html' } })
      expect(page.status).toBe(200)
      expect(await page.text()).toContain(`<h1>${title}</h1>`)
    }
    const gone = await t.request(docHref('nope'), { headers: { cookie: viewer, accept: 'text/html' } })
    expect(gone.status).toBe(404)
    expect((await t.request(DOCS_PATH, { headers: { accept: 'text/html' } })).status).toBe(303)
  })

  it('lead nowhere that is not there, and to no other site', async () => {
    const broken: string[] = []
    for (const path of [DOCS_PATH, ...docPages.map(({ slug }) => docHref(slug))]) {
      for (const match of mainOf(await html(path)).matchAll(/ href="([^"]*)"/g)) {
        const [to, section] = unescaped(match[1] ?? '').split('#', 2)
        expect(to === '' || to?.startsWith('/'), match[1]).toBe(true)
        const target = to === '' ? path : (to as string)
        if (section !== undefined && !(await html(target)).includes(` id="${section}"`))
          broken.push(`${path}: ${match[1]}`)
        if (section === undefined && !found.has(target)) {
          const { status } = await t.request(target, { headers: { cookie: owner, accept: 'text/html' } })
          if (status !== 200) broken.push(`${path}: ${target} answers ${status}`)
        }
      }
    }
    expect(broken).toEqual([])
  })

  it('are searched: by words of titles first, with the sentence in which they are', async () => {
    expect(searchDocs(docPages, 'signed link').map(({ href }) => href)[0]).toBe(docHref('exports', 'spreadsheets'))
    expect(searchDocs(docPages, 'THRESHOLDS change')[0]?.href).toBe(docHref('thresholds', 'change'))
    expect(searchDocs(docPages, 'Retry-After')[0]?.excerpt).toContain('says when to come back')
    expect([...searchDocs(docPages, ''), ...searchDocs(docPages, 'xyzzy')]).toEqual([])
    const found = await html(`${DOCS_PATH}?q=backfill`)
    expect(found).toContain(`href="${docHref('backfill', 'run')}"`)
    const nothing = await html(`${DOCS_PATH}?q=%3Cb%3E`)
    expect(nothing).toContain('No help has “&lt;b&gt;”')
    expect(nothing).toContain('href="/dashboard/metrics?q=%3Cb%3E"')
  })

  it('are linked from the pages that they help with', async () => {
    expect(await html('/dashboard/settings')).toContain(`href="${docHref('settings')}"`)
    expect(await html('/dashboard/metrics/users.dau/thresholds')).toContain(`href="${docHref('thresholds')}"`)
    expect(await html('/dashboard/metrics')).toContain(`href="${docHref('reading')}"`)
    expect(await html('/dashboard/data')).toContain(`href="${docHref('connecting')}"`)
  })

  it('have their tables from the code', async () => {
    for (const name of Object.keys(settings)) expect(await html(docHref('settings'))).toContain(`>${name}<`)
    for (const { path } of Object.values(factKinds)) expect(await html(docHref('connecting'))).toContain(`>${path}<`)
    const access = await html(docHref('access'))
    const rowOf = (address: string) =>
      [...(access.split(`>${address}<`)[1] ?? '').split('</tr>')[0]!.matchAll(/<td[^>]*>([^<]*)<\/td>/g)].map(
        ([, text]) => text,
      )
    expect(rowOf('POST /dashboard/settings/general')).toEqual(['—', '—', 'yes', '—'])
    expect(rowOf('PATCH /api/metrics/config')).toEqual(['—', '—', 'yes', 'yes'])
    expect(rowOf('POST /dashboard/annotations')).toEqual(['—', 'yes', 'yes', '—'])
  })
})

describe('the commands of help', () => {
  it.each(blocks.filter(({ line }) => line.startsWith('quarterdeck')))('$where: $line', ({ line }) => {
    const args = line.split(' ').slice(1)
    const command = commands.find(({ name }) => name.split(' ').every((word, n) => args[n] === word))
    expect(command).toBeDefined()
    expect(() => parse(command!, args.slice(command!.name.split(' ').length))).not.toThrow()
  })

  it.each(blocks.filter(({ line }) => line.startsWith('curl')))('$where: $line', async ({ line }) => {
    const { stdout } = await promisify(execFile)('sh', ['-c', `${line} -o /dev/null -w '%{http_code}'`], { env })
    expect(stdout).toMatch(/^20[01]$/)
  })

  it('are all of one of these kinds', () => {
    expect(blocks.length).toBeGreaterThan(15)
    expect(blocks.filter(({ line }) => !/^(quarterdeck|curl) /.test(line))).toEqual([])
  })
})

it('pages reached by a link of help are pages of the product', () => {
  const texts = docPages.flatMap(({ sections }) => sections.map(({ text }) => text))
  const links = texts.flatMap((text) =>
    [...text.matchAll(/\]\((\/dashboard\/[^)#?]*)/g)].map((match) => match[1] ?? ''),
  )
  const patterns = pages.map(({ path }) => new RegExp(`^${path.replace(/:\w+/g, '[^/]+')}$`))
  const others = [
    '/dashboard/account',
    '/dashboard/views',
    '/dashboard/data/connect',
    '/dashboard/segments',
    '/dashboard/metrics/new',
  ]
  for (const link of links) expect(others.includes(link) || patterns.some((one) => one.test(link)), link).toBe(true)
})
