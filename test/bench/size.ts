import type { Result } from './report.ts'
import type { Bench } from './setup.ts'

/** Bytes of an event in its table with all indexes; the ids kept for recognising duplicates are told apart. */
export async function benchSize({ db }: Bench): Promise<Result> {
  const [found] = await db.heavy<{ bytes: number; heap: number; rows: number; seen: number; ids: number }[]>`
    select sum(pg_total_relation_size(inhrelid))::float8 as bytes, sum(pg_relation_size(inhrelid))::float8 as heap,
      (select count(*)::float8 from events) as rows,
      (pg_total_relation_size('seen_a') + pg_total_relation_size('seen_b'))::float8 as seen,
      (select count(*)::float8 from seen_a) + (select count(*) from seen_b) as ids
    from pg_inherits where inhparent = 'events'::regclass`
  const { bytes, heap, rows, seen, ids } = found!
  return {
    name: 'bytes per event',
    value: bytes / rows,
    target: 360,
    floor: 450,
    better: 'less',
    note: `heap ${(heap / rows).toFixed(0)}, indexes ${((bytes - heap) / rows).toFixed(0)}; seen ${(seen / ids).toFixed(0)} an id for 8 to 16 days`,
  }
}
