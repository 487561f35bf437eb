import { ConfigError } from '../config.ts'
import { MigrationError } from '../db/migrate.ts'
import { DatabaseAway } from '../db/open.ts'
import { EmbeddedError } from '../db/postgres-home.ts'
import { NoDatabase } from '../db/where.ts'
import { ImportError } from '../import/run.ts'
import { Problem } from '../lib/errors.ts'
import { adminCreate } from './admin.ts'
import { adminReset } from './admin-reset.ts'
import { auditAccept, auditVerify } from './audit.ts'
import { backfillCommand } from './backfill.ts'
import { type Command, helpOf, parse, UsageError } from './command.ts'
import { connectCheck } from './connect.ts'
import { dbUrl, migrateCommand } from './db.ts'
import { demo } from './demo.ts'
import { exampleMainApp } from './example.ts'
import { importCommand } from './import.ts'
import { jobRun, rebuild } from './job.ts'
import { keyCreate, keyList, keyRevoke } from './key.ts'
import { start } from './start.ts'

export const commands: readonly Command[] = [
  start,
  demo,
  migrateCommand,
  importCommand,
  connectCheck,
  rebuild,
  backfillCommand,
  jobRun,
  keyCreate,
  keyList,
  keyRevoke,
  adminCreate,
  adminReset,
  auditVerify,
  auditAccept,
  dbUrl,
  exampleMainApp,
]

/** Runs a command line and answers the exit code: 0 done, 1 failed, 2 not understood. */
export async function run(args: string[]): Promise<number> {
  const wantsHelp = args.some((arg) => arg === '--help' || arg === '-h' || arg === 'help')
  const command = commands.find(({ name }) => name.split(' ').every((word, n) => args[n] === word))
  if (wantsHelp) {
    console.log(command ? helpOf(command) : overview())
    return 0
  }
  try {
    if (!command)
      throw new UsageError(args.length > 0 ? `there is no command ${JSON.stringify(args.join(' '))}` : 'which command?')
    return (await command.run(parse(command, args.slice(command.name.split(' ').length)))) ?? 0
  } catch (error) {
    return tell(error)
  }
}

function overview(): string {
  const width = Math.max(...commands.map(({ name, usage }) => `${name} ${usage}`.length))
  const lines = commands.map(
    ({ name, usage, doc }) => `  ${`${name} ${usage}`.padEnd(width)}  ${doc.split('. ')[0]!.replace(/\.$/, '')}`,
  )
  return ['quarterdeck COMMAND [--help]', '', ...lines].join('\n')
}

const EXPECTED = [ConfigError, MigrationError, DatabaseAway, EmbeddedError, NoDatabase, ImportError]

/** Expected failures are a sentence; the others keep their stack. */
function tell(error: unknown): number {
  if (error instanceof UsageError) {
    console.error(`quarterdeck: ${error.message} (--help tells more)`)
    return 2
  }
  const { code, message } = error as NodeJS.ErrnoException
  if (error instanceof Problem) console.error(`quarterdeck: ${error.detail ?? error.title}`)
  else if (EXPECTED.some((kind) => error instanceof kind) || code === 'ENOENT') console.error(`quarterdeck: ${message}`)
  else if (code === 'EADDRINUSE') console.error(`quarterdeck: ${message}: is it running already? PORT sets another one`)
  else if (code === 'EACCES') console.error(`quarterdeck: ${message}: a permission is missing`)
  else console.error(error)
  return 1
}
