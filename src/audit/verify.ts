import type { TransactionSql } from 'postgres'
import type { Deps } from '../context.ts'
import { Problem } from '../lib/errors.ts'
import { type ChainHead, type ChainLine, chainHash, detailHash, lineColumns } from './chain.ts'
import { ERASE } from './erase.ts'
import { KeyChanges, KNOWN } from './key-changes.ts'
import { readHead, sealAudit } from './seal.ts'

export const FAULTS = ['changed', 'text', 'missing', 'extra', 'end', 'noted', 'unsigned'] as const
export interface Fault {
  kind: (typeof FAULTS)[number]
  /** Its place in the chain; null = the chain as a whole. */
  seq: number | null
  text: string
}

export interface Verdict {
  whole: boolean
  /** Lines in the chain. */
  lines: number
  /** Lines whose text was erased, as it should be. */
  erased: number
  /** Written since the chain was last added to. */
  unsealed: number
  head: { seq: number; hash: string }
  /** The first of them; `faultCount` says how many there are. */
  faults: Fault[]
  faultCount: number
  /** Lines before which the end was signed with another SECRET_KEY, and of which no owner has said that they know. */
  unsigned: number[]
  at: Date
}

interface Row extends ChainLine {
  hash: string | null
  /** Whether text and salt are those that were hashed. */
  fits: boolean
  isErased: boolean
  /** The lines whose texts it says were erased. */
  told: string[] | null
  /** The line whose change of the key it says is known, and the signature of that. */
  known: string | null
  mac: string | null
}

const SHOWN = 50
const CURSOR = 2_000

/**
 * Goes through the whole chain and says which lines were changed, deleted or put in. `noted` is a head that somebody
 * wrote down earlier, as "seq:hash": it must still be in the chain, or all of it was written anew since. @throws Problem
 */
export async function verifyAudit(deps: Deps, noted?: string): Promise<Verdict> {
  const wanted = parseNoted(noted)
  await sealAudit(deps)
  const walk = (tx: TransactionSql) => walkChain(tx, deps, wanted)
  return (await deps.db.heavy.begin('isolation level repeatable read read only', walk)) as Verdict
}

async function walkChain(tx: TransactionSql, { now, config }: Deps, wanted: Noted | undefined): Promise<Verdict> {
  const faults = new Faults()
  const erased = new Map<string, number>()
  const told = new Set<string>()
  const keys = new KeyChanges(config.secretKey)
  let previous: Pick<ChainHead, 'seq' | 'hash'> = { seq: 0, hash: '' }
  let lines = 0
  let isNoted = wanted === undefined
  for await (const rows of readChain(tx)) {
    for (const row of rows) {
      lines++
      checkLine(faults, previous, row)
      if (row.isErased) erased.set(row.id, row.seq)
      for (const id of row.told ?? []) told.add(id)
      keys.see(row)
      if (wanted && row.seq === wanted.seq && row.hash?.startsWith(wanted.hash)) isNoted = true
      previous = { seq: row.seq, hash: row.hash ?? '' }
    }
  }
  for (const [id, seq] of erased)
    if (!told.has(id)) faults.add('text', seq, `The text of line ${seq} is gone, and no line says that it was erased.`)
  if (!isNoted)
    faults.add('noted', wanted?.seq ?? null, 'The head that was noted is not in the chain: it was written anew since.')
  const unsigned = keys.unknown()
  for (const seq of unsigned) faults.add('unsigned', seq, notOurs(seq))
  const head = await readHead(tx)
  checkEnd(faults, previous, head)
  const [open] = await tx<{ n: number }[]>`select count(*)::int as n from audit_log where seq is null`
  return {
    whole: faults.count === 0,
    lines,
    erased: erased.size,
    unsealed: open?.n ?? 0,
    head: { seq: head.seq, hash: head.hash },
    faults: faults.first,
    faultCount: faults.count,
    unsigned: unsigned.slice(0, SHOWN),
    at: now(),
  }
}

function readChain(tx: TransactionSql): AsyncIterable<Row[]> {
  return tx<Row[]>`
    select ${lineColumns(tx)}, l.seq::float8 as seq, l.hash, l.detail_hash as "detailHash",
      coalesce(l.detail_hash = ${detailHash(tx)}, false) and (l.salt is not null or l.detail is null) as fits,
      l.salt is null as "isErased",
      case when l.action = ${ERASE}
        then (select array_agg(one) from jsonb_array_elements_text(l.detail -> 'lines') one) end as told,
      case when l.action = ${KNOWN} then l.detail ->> 'line' end as known,
      case when l.action = ${KNOWN} then l.detail ->> 'mac' end as mac
    from audit_log l where l.seq is not null order by l.seq`.cursor(CURSOR)
}

/** One line against the one before it. After a gap the hash cannot be worked out: the gap is the fault. */
function checkLine(faults: Faults, previous: Pick<ChainHead, 'seq' | 'hash'>, row: Row): void {
  const { seq, action, at } = row
  const name = `Line ${seq} (${action}, ${at.slice(0, 16).replace('T', ' ')} UTC)`
  if (seq !== previous.seq + 1) {
    const [from, to] = [previous.seq + 1, seq - 1]
    faults.add('missing', from, from === to ? `Line ${from} was deleted.` : `Lines ${from} to ${to} were deleted.`)
  } else if (row.hash !== chainHash(previous.hash, row))
    faults.add('changed', seq, `${name} was changed, put in, or stands for another one.`)
  if (!row.fits) faults.add('text', seq, `The text of ${name.replace('Line', 'line')} was changed.`)
}

/** The last line against the end that was kept. */
function checkEnd(faults: Faults, last: Pick<ChainHead, 'seq' | 'hash'>, head: ChainHead): void {
  if (last.seq < head.seq)
    faults.add('missing', last.seq + 1, `Lines ${last.seq + 1} to ${head.seq}, the newest, were deleted.`)
  else if (last.seq > head.seq)
    faults.add('extra', head.seq + 1, `Lines ${head.seq + 1} to ${last.seq} were put in behind the end of the chain.`)
  else if (last.hash !== head.hash)
    faults.add('end', head.seq, `Line ${head.seq}, the newest, is not the one that the chain ended with.`)
}

const notOurs = (seq: number): string =>
  `Before line ${seq} the end of the chain was not signed with our SECRET_KEY. Whoever has just changed the key says so once, with “quarterdeck audit accept ${seq}”; if nobody has, all the lines before it may have been written anew.`

interface Noted {
  seq: number
  hash: string
}

function parseNoted(noted: string | undefined): Noted | undefined {
  if (noted === undefined) return undefined
  const [, seq, hash] = /^(\d{1,15}):([0-9a-f]{8,64})$/.exec(noted.trim()) ?? []
  if (seq === undefined || hash === undefined)
    throw new Problem(
      422,
      'Not a head',
      'A head is written as number:hash, with 8 characters of the hash at least.',
    ).at('head')
  return { seq: Number(seq), hash }
}

class Faults {
  readonly first: Fault[] = []
  count = 0

  add(kind: Fault['kind'], seq: number | null, text: string): void {
    this.count++
    if (this.first.length < SHOWN) this.first.push({ kind, seq, text })
  }
}
