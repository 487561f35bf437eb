import { pino } from 'pino'
import { loadConfig } from '../config.ts'
import { type CheckedFile, checkPreset } from '../connectors/check.ts'
import { isPreset, noPreset, shippedPresets } from '../connectors/preset-folders.ts'
import type { CheckFinding } from '../connectors/pull.ts'
import { createLog } from '../lib/log.ts'
import { type Command, UsageError } from './command.ts'

export const connectCheck: Command = {
  name: 'connect check',
  usage: '[PRESET]… [--rows]',
  doc: 'Tries the files of presets on the product and stores nothing: says for each what is wrong, by column. Without a name: those of PRESET.',
  rest: 'PRESET',
  options: { rows: { type: 'boolean', doc: 'print up to ten rows of each file as they would be sent' } },
  async run({ positionals, flag }) {
    const config = loadConfig(process.env)
    const presets = positionals.length > 0 ? positionals : config.presets
    if (presets.length === 0)
      throw new UsageError(`connect check: which preset? PRESET is not set; shipped are ${shippedPresets().join(', ')}`)
    for (const preset of presets)
      if (!isPreset(preset)) throw new UsageError(`connect check: there is no preset ${preset}: ${noPreset(preset)}`)
    const log = createLog('warn', pino.destination(2))
    const deps = { config, log, now: () => new Date(), fetch }
    const checked: CheckedFile[] = []
    for (const preset of presets) checked.push(...(await checkPreset(deps, preset)))
    for (const file of checked) console.log(lines(file, flag('rows')).join('\n'))
    return checked.some(({ state }) => state === 'error') ? 1 : 0
  },
}

function lines({ preset, name, kind, state, findings, rows }: CheckedFile, withRows: boolean): string[] {
  const tried = state === 'ok' ? `${kind}, ${rows.length === 0 ? 'no rows yet' : 'rows fit'}` : (kind ?? '')
  return [
    `${state.padEnd(6)} ${preset}/${name}  ${tried}`.trimEnd(),
    ...findings.map((finding) => `       ${said(finding)}`),
    ...(withRows
      ? rows.map(({ fields, refused }) => `       ${JSON.stringify(fields)}${refused ? ` ← ${refused}` : ''}`)
      : []),
  ]
}

const said = ({ level, column, reason }: CheckFinding): string =>
  `${level}: ${column === undefined || reason.includes(column) ? '' : `column ${column}: `}${reason}`
