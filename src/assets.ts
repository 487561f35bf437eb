/** The browser's files: hashed names, cached for ever, compressed when they were built. */
import { existsSync, readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Context, Env, Hono } from 'hono'

const types: Record<string, string> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
}

/** dist/public, seen from dist/cli.js and from src/assets.ts. */
const here = dirname(fileURLToPath(import.meta.url))
const folders = [join(here, 'public'), join(here, '../dist/public')]
const folder = folders.find((path) => existsSync(join(path, 'manifest.json'))) ?? join(here, '../dist/public')

let manifest: Record<string, string> | undefined

/** The address of a built file: asset('app.css') → /assets/app.1a2b3c4d5e.css. Unbuilt, the plain name (and a 404). */
export function asset(name: string): string {
  manifest ??= readManifest()
  return `/assets/${Object.hasOwn(manifest, name) ? manifest[name] : name}`
}

function readManifest(): Record<string, string> {
  const path = join(folder, 'manifest.json')
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {}
}

/** Serves the files of the manifest and no others, so a path cannot leave the folder. */
export function mountAssets<E extends Env>(app: Hono<E>, _deps?: unknown): void {
  app.get('/assets/:file', async (c) => {
    manifest ??= readManifest()
    const file = c.req.param('file')
    if (!Object.values(manifest).includes(file)) return c.notFound()
    return serve(c, file)
  })
}

/** A built file by its plain name, for an address that must never change; undefined where it was not built. */
export async function builtAsset(name: string, acceptEncoding: string): Promise<BuiltAsset | undefined> {
  manifest ??= readManifest()
  const file = Object.hasOwn(manifest, name) ? manifest[name]! : undefined
  const coding = codingFor(acceptEncoding, extname(name))
  const body = file && (await readBuilt(file + (coding ? `.${coding.suffix}` : '')))
  return body ? { file, body, coding: coding?.name } : undefined
}

export interface BuiltAsset {
  /** With the hash of its content in the name. */
  file: string
  body: Uint8Array<ArrayBuffer>
  coding: string | undefined
}

async function serve(c: Context, file: string): Promise<Response> {
  const coding = codingFor(c.req.header('accept-encoding') ?? '', extname(file))
  const body = await readBuilt(file + (coding ? `.${coding.suffix}` : ''))
  if (!body) return c.notFound()
  c.header('content-type', types[extname(file)] ?? 'application/octet-stream')
  c.header('cache-control', 'public, max-age=31536000, immutable')
  c.header('vary', 'accept-encoding')
  c.header('x-content-type-options', 'nosniff')
  if (coding) c.header('content-encoding', coding.name)
  return c.body(body)
}

const codings = [
  { name: 'br', suffix: 'br' },
  { name: 'gzip', suffix: 'gz' },
]

/** A font is compressed already; `br;q=0` means not br. */
function codingFor(accepted: string, ext: string): { name: string; suffix: string } | undefined {
  if (ext === '.woff2') return undefined
  const wanted = accepted.split(',').map((part) => part.trim().split(/\s*;\s*/))
  return codings.find(({ name }) => wanted.some(([coding, q]) => coding === name && !/^q=0(\.0*)?$/.test(q ?? '')))
}

const built = new Map<string, Promise<Uint8Array<ArrayBuffer> | null>>()

/** A dozen small files, kept in memory after their first request. */
function readBuilt(file: string): Promise<Uint8Array<ArrayBuffer> | null> {
  let bytes = built.get(file)
  if (!bytes) {
    bytes = readFile(join(folder, file)).then(
      (buffer) => Uint8Array.from(buffer),
      () => null,
    )
    built.set(file, bytes)
  }
  return bytes
}
