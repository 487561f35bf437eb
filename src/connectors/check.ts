import type { FactKind } from '../facts/types.ts'
import { SourceUnavailable } from '../lib/settle.ts'
import { loadPreset, type PresetFile } from './presets.ts'
import { type CheckResult, type PullContext, type PullDeps, PullError } from './pull.ts'
import { withContext } from './sync-context.ts'

/** A file of a preset and what was found out about it. */
export interface CheckedFile extends CheckResult {
  preset: string
  name: string
  kind?: FactKind
}

/** Tries every file of a preset, by name or folder, on the product; nothing is stored. */
export async function checkPreset(deps: PullDeps, preset: string): Promise<CheckedFile[]> {
  return await withContext(deps, new AbortController().signal, async (context) => {
    const checked: CheckedFile[] = []
    for (const file of loadPreset(preset)) checked.push(await checkFile(context, file))
    return checked
  })
}

async function checkFile(context: PullContext, { preset, name, file, broken }: PresetFile): Promise<CheckedFile> {
  if (!file) return { preset, name, ...failed(broken ?? 'it cannot be read') }
  const about = { preset, name, kind: file.kind }
  try {
    return { ...about, ...(await file.check(context)) }
  } catch (error) {
    if (error instanceof SourceUnavailable) return { ...about, ...failed(error.reason) }
    if (error instanceof PullError) return { ...about, ...failed(error.message, error.where.column) }
    throw error
  }
}

const failed = (reason: string, column?: string): CheckResult => ({
  state: 'error',
  findings: [{ level: 'error', ...(column && { column }), reason }],
  rows: [],
})
