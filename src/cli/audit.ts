import { acceptKeyChange } from '../audit/key-changes.ts'
import { type Verdict, verifyAudit } from '../audit/verify.ts'
import { type Command, UsageError } from './command.ts'
import { withCore } from './with-core.ts'

export const auditVerify: Command = {
  name: 'audit verify',
  usage: '[--head NUMBER:HASH]',
  doc: 'Goes through the audit log and says which lines were changed, deleted or put in, or where another key signed; exit code 1 where there are any.',
  options: {
    head: { type: 'string', doc: 'what an earlier run printed: also notices a log that was written anew as a whole' },
  },
  async run({ option }) {
    const verdict = await withCore((deps) => verifyAudit(deps, option('head')))
    for (const line of linesOf(verdict)) console.log(line)
    return verdict.whole ? 0 : 1
  },
}

export const auditAccept: Command = {
  name: 'audit accept',
  usage: 'LINE',
  doc: 'Says that SECRET_KEY was changed before that line of the audit log, as “audit verify” names it, and by you. It stays in the log.',
  positionals: ['LINE'],
  async run({ positionals: [given = ''] }) {
    const line = Number(given)
    if (!Number.isSafeInteger(line) || line < 1) throw new UsageError('audit accept: LINE is the number of a line')
    await withCore((deps) => acceptKeyChange(deps, line))
    console.log(`The change of the key before line ${line}, and those before it, are known from now on.`)
    return 0
  },
}

/** What is said of a chain, and at its end the head to note. */
function linesOf({ whole, lines, erased, head, faults, faultCount }: Verdict): string[] {
  const more = faultCount - faults.length
  return [
    `${lines} ${lines === 1 ? 'line' : 'lines'}, ${whole ? 'whole' : `${faultCount} ${faultCount === 1 ? 'fault' : 'faults'}`}`,
    ...faults.map(({ text }) => `  ${text}`),
    ...(more > 0 ? [`  and ${more} more`] : []),
    ...(erased > 0 ? [`${erased} without their text, which was erased as the log tells`] : []),
    `head ${head.seq}:${head.hash}`,
  ]
}
