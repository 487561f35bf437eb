import { type Verdict, verifyAudit } from '../audit/verify.ts'
import type { Command } from './command.ts'
import { withCore } from './with-core.ts'

export const auditVerify: Command = {
  name: 'audit verify',
  usage: '[--head NUMBER:HASH]',
  doc: 'Goes through the audit log and says which lines were changed, deleted or put in; exit code 1 where there are any.',
  options: {
    head: { type: 'string', doc: 'what an earlier run printed: also notices a log that was written anew as a whole' },
  },
  async run({ option }) {
    const verdict = await withCore((deps) => verifyAudit(deps, option('head')))
    for (const line of linesOf(verdict)) console.log(line)
    return verdict.whole ? 0 : 1
  },
}

/** What is said of a chain, and at its end the head to note. */
function linesOf({ whole, lines, erased, head, faults, faultCount, unsigned }: Verdict): string[] {
  const more = faultCount - faults.length
  return [
    `${lines} ${lines === 1 ? 'line' : 'lines'}, ${whole ? 'whole' : `${faultCount} ${faultCount === 1 ? 'fault' : 'faults'}`}`,
    ...faults.map(({ text }) => `  ${text}`),
    ...(more > 0 ? [`  and ${more} more`] : []),
    ...(erased > 0 ? [`${erased} without their text, which was erased as the log tells`] : []),
    ...unsigned.map(
      (seq) => `At line ${seq} the end had another signature: SECRET_KEY was changed there, or all before it was.`,
    ),
    `head ${head.seq}:${head.hash}`,
  ]
}
