import { readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import type { Config } from '../config.ts'
import { folderOf, nameOf } from './preset-folders.ts'
import { PullError, type PullFile, type ReadPullFile } from './pull.ts'
import { readRestPull } from './rest.ts'
import { readSqlPull } from './sql.ts'

/** By the file's extension. */
const READERS: Record<string, ReadPullFile> = { '.sql': readSqlPull, '.json': readRestPull }

/** A file of a preset; `broken` says why it could not be understood. */
export interface PresetFile {
  preset: string
  name: string
  file?: PullFile
  broken?: string
}

/**
 * The files of the presets in use. They are read each time they are used, a few small files: who corrects one does not
 * have to restart anything.
 */
export function loadPresets({ presets }: Pick<Config, 'presets'>): PresetFile[] {
  return presets.flatMap((preset) => loadPreset(preset))
}

/** One preset's files, by name or folder. */
export function loadPreset(preset: string): PresetFile[] {
  const folder = folderOf(preset)
  let names: string[]
  try {
    names = readdirSync(folder)
  } catch (error) {
    return [{ preset: nameOf(preset), name: '', broken: `its folder cannot be read: ${(error as Error).message}` }]
  }
  const files = names.filter((name) => Object.hasOwn(READERS, extname(name))).sort()
  if (files.length === 0) return [{ preset: nameOf(preset), name: '', broken: 'there is no file in its folder' }]
  return files.map((name) => loadFile(nameOf(preset), name, join(folder, name)))
}

function loadFile(preset: string, name: string, path: string): PresetFile {
  try {
    return { preset, name, file: READERS[extname(name)]!(preset, name, readFileSync(path, 'utf8')) }
  } catch (error) {
    if (!(error instanceof PullError) && typeof (error as NodeJS.ErrnoException).code !== 'string') throw error
    return { preset, name, broken: (error as Error).message }
  }
}
