import { type ParseArgsConfig, parseArgs } from 'node:util'

/** The command line is not one that we know; told in a line, exit code 2. */
export class UsageError extends Error {
  override name = 'UsageError'
}

export interface Command {
  /** The words that name it: 'key create'. */
  name: string
  /** What follows the name: '--name NAME --scope read,ingest'. */
  usage: string
  doc: string
  options?: Record<string, Option>
  /** Names of what stands without a dash, all needed. */
  positionals?: readonly string[]
  /** What may follow those, any number of times. */
  rest?: string
  /** Answers the exit code; nothing = 0. */
  run: (given: Given) => Promise<number | undefined>
}

type Option = NonNullable<ParseArgsConfig['options']>[string] & { doc: string; required?: boolean }

export interface Given {
  /** The text of an option; undefined when absent. */
  option: (name: string) => string | undefined
  /** Every value of an option that may be given several times. */
  all: (name: string) => string[]
  /** Whether an option without a value is given. */
  flag: (name: string) => boolean
  positionals: string[]
}

/** Reads the arguments of a command. @throws UsageError */
export function parse(command: Command, args: string[]): Given {
  const options = command.options ?? {}
  let parsed: ReturnType<typeof parseArgs>
  try {
    parsed = parseArgs({ args, options, allowPositionals: true, strict: true })
  } catch (error) {
    throw new UsageError(`${command.name}: ${(error as Error).message.split('. ')[0]}`)
  }
  const { values, positionals } = parsed
  const wanted = command.positionals ?? []
  if (positionals.length < wanted.length)
    throw new UsageError(`${command.name}: ${wanted[positionals.length]} is missing`)
  if (positionals.length > wanted.length && command.rest === undefined)
    throw new UsageError(`${command.name}: what is ${JSON.stringify(positionals[wanted.length])}?`)
  for (const [name, { required }] of Object.entries(options))
    if (required && values[name] === undefined) throw new UsageError(`${command.name}: --${name} is missing`)
  return {
    option: (name) => values[name] as string | undefined,
    all: (name) => (values[name] as string[] | undefined) ?? [],
    flag: (name) => values[name] === true,
    positionals,
  }
}

/** The help of one command. */
export function helpOf({ name, usage, doc, options = {} }: Command): string {
  const lines = Object.entries(options).map(([option, about]) => `  --${option.padEnd(12)} ${about.doc}`)
  return [`quarterdeck ${name} ${usage}`.trim(), '', doc, ...(lines.length > 0 ? ['', ...lines] : [])].join('\n')
}
