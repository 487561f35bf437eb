/** Files of the browser: a hash in the name, a line in the manifest, and both compressions made ahead. */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'

const compressible = new Set(['.js', '.css', '.svg', '.json'])

/** Writes `bytes` as name.HASH.ext with .br and .gz beside it, drops older versions, and returns the hashed name. */
export function emit(outDir, name, bytes) {
  mkdirSync(outDir, { recursive: true })
  const body = Buffer.from(bytes)
  const ext = extname(name)
  const stem = name.slice(0, -ext.length)
  const hashed = `${stem}.${createHash('sha256').update(body).digest('hex').slice(0, 10)}${ext}`
  const older = new RegExp(`^${stem}\\.[0-9a-f]{10}\\${ext}(\\.br|\\.gz)?$`)
  for (const file of readdirSync(outDir)) if (older.test(file)) rmSync(join(outDir, file))
  writeFileSync(join(outDir, hashed), body)
  if (compressible.has(ext)) compress(join(outDir, hashed), body)
  record(outDir, name, hashed)
  return hashed
}

function compress(path, body) {
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: body.length }
  writeFileSync(`${path}.br`, brotliCompressSync(body, { params }))
  writeFileSync(`${path}.gz`, gzipSync(body, { level: 9 }))
}

/** Read and written in one go: the two builds may run side by side in one process. */
function record(outDir, name, hashed) {
  const path = join(outDir, 'manifest.json')
  const manifest = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {}
  const sorted = Object.entries({ ...manifest, [name]: hashed }).sort(([a], [b]) => a.localeCompare(b))
  writeFileSync(path, `${JSON.stringify(Object.fromEntries(sorted), null, 2)}\n`)
}
