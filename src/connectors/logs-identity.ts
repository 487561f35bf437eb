import { createHash } from 'node:crypto'
import type { Stats } from 'node:fs'
import { type FileHandle, open, readdir, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

/** Where reading stands: which file, how far, and how it begins. */
export interface Position {
  fileId: string
  position: number
  /** "length:hash" of the first bytes; a file that begins otherwise was written anew. */
  head: string
  skipping: boolean
}

const HEAD_BYTES = 256

export const fileIdOf = ({ dev, ino }: Pick<Stats, 'dev' | 'ino'>): string => `${dev}:${ino}`

/** The beginning of a file, of which `position` bytes have been read: those never change while it only grows. */
export async function headOf(handle: FileHandle, position: number): Promise<string> {
  return await hashOf(handle, Math.min(HEAD_BYTES, position))
}

/** Whether the head could say more, now that more of the file has been read. */
export const isShortHead = (head: string, position: number): boolean => lengthOf(head) < Math.min(HEAD_BYTES, position)

/** Whether a file is the one that was read up to here: it begins the same and is no shorter. */
export async function continues(handle: FileHandle, { head, position }: Position): Promise<boolean> {
  const { size } = await handle.stat()
  return size >= position && (await hashOf(handle, lengthOf(head))) === head
}

const lengthOf = (head: string): number => Number(head.split(':')[0])

async function hashOf(handle: FileHandle, length: number): Promise<string> {
  const bytes = Buffer.alloc(length)
  const { bytesRead } = await handle.read(bytes, 0, length, 0)
  return `${bytesRead}:${createHash('sha256').update(bytes.subarray(0, bytesRead)).digest('base64url').slice(0, 22)}`
}

/**
 * The file that was being read when it was rotated away or copied, under its new name; undefined where it is gone or
 * compressed.
 */
export async function findRotated(path: string, at: Position): Promise<FileHandle | undefined> {
  const siblings = await siblingsOf(path)
  const same = siblings.filter(({ fileId }) => fileId === at.fileId)
  // Without a byte read there is nothing to know a copy by.
  const copies = at.position > 0 ? siblings.filter(({ fileId }) => fileId !== at.fileId) : []
  for (const { name } of [...same, ...copies.reverse()]) {
    const handle = await openFile(name)
    if (handle && (await continues(handle, at))) return handle
    await handle?.close()
  }
  return undefined
}

/** The oldest file rotated away after this one, which nobody has begun to read. */
export async function rotatedAfter(path: string, read: Stats): Promise<FileHandle | undefined> {
  const current = await stat(path).catch(() => undefined)
  const known = [fileIdOf(read), current && fileIdOf(current)]
  const siblings = await siblingsOf(path)
  const next = siblings.find(({ fileId, mtimeMs }) => mtimeMs > read.mtimeMs && !known.includes(fileId))
  return next && (await openFile(next.name))
}

interface Sibling {
  name: string
  fileId: string
  mtimeMs: number
}

/** app.log.1, app.log-20261120 and the like, oldest first. */
async function siblingsOf(path: string): Promise<Sibling[]> {
  const own = basename(path)
  const names = await readdir(dirname(path)).catch(() => [])
  const rotated = names.filter((name) => name.startsWith(own) && /^[.-]\d[\d.:T_-]*$/.test(name.slice(own.length)))
  const found = await Promise.all(
    rotated.map(async (name) => {
      const full = join(dirname(path), name)
      const stats = await stat(full).catch(() => undefined)
      return stats?.isFile() ? [{ name: full, fileId: fileIdOf(stats), mtimeMs: stats.mtimeMs }] : []
    }),
  )
  return found.flat().sort((a, b) => a.mtimeMs - b.mtimeMs)
}

const openFile = (name: string): Promise<FileHandle | undefined> => open(name, 'r').catch(() => undefined)
