import { runImport } from '../import/run.ts'
import { type Command, UsageError } from './command.ts'
import { withCore } from './with-core.ts'

export const importCommand: Command = {
  name: 'import',
  usage: 'FILE --kind KIND [--map MAP.json] [--format csv|ndjson]',
  doc: 'Imports a CSV or NDJSON file of facts. Rejected rows are told by line; after an interruption the same command goes on.',
  positionals: ['FILE'],
  options: {
    kind: { type: 'string', required: true, doc: 'as in the URL of the typed door: events, api-calls, users …' },
    map: { type: 'string', doc: 'a JSON file: field → column, or a constant after =' },
    format: { type: 'string', doc: 'csv or ndjson; default: what the file looks like' },
  },
  async run({ positionals, option }) {
    const format = option('format')
    if (format !== undefined && format !== 'csv' && format !== 'ndjson')
      throw new UsageError('import: --format is csv or ndjson')
    const [file, kind, map] = [positionals[0]!, option('kind')!, option('map')]
    const { ok } = await withCore((deps) => runImport(deps, { file, kind, map, format }), { first: true })
    return ok ? 0 : 1
  },
}
