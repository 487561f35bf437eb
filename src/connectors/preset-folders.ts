import { existsSync, readdirSync, statSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Beside this file, and beside dist/cli.js, which has its own copy. */
const shipped = fileURLToPath(new URL('./presets/', import.meta.url))

/** The folder of a preset: a shipped one by its name, another by its path (with a slash in it). */
export const folderOf = (preset: string): string => (isPath(preset) ? resolve(preset) : `${shipped}${preset}`)

/** What a preset is called in tables and on pages: its folder's name. */
export const nameOf = (preset: string): string => (isPath(preset) ? basename(resolve(preset)) : preset)

export const isPreset = (preset: string): boolean =>
  statSync(folderOf(preset), { throwIfNoEntry: false })?.isDirectory() === true

/** Why there is none of that name. */
export function noPreset(preset: string): string {
  return isPath(preset) ? `${resolve(preset)} is not a folder` : `shipped are ${shippedPresets().join(', ')}`
}

/** The names of the presets that Quarterdeck brings along. */
export function shippedPresets(): string[] {
  if (!existsSync(shipped)) return []
  const entries = readdirSync(shipped, { withFileTypes: true })
  return entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])).sort()
}

const isPath = (preset: string): boolean => /[\\/]|^\.+$/.test(preset)
