import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ImportError, type ImportOptions, runImport } from '../src/import/run.ts'
import { type TestApp, testApp } from './helpers/app.ts'

const TRACE = new URL('./fixtures/azure-llm-code-200.csv', import.meta.url).pathname
const TRACE_MAP = {
  ts: 'TIMESTAMP',
  tokens_in: 'ContextTokens',
  tokens_out: 'GeneratedTokens',
  service: '=code',
  provider: '=azure',
  model: '=unknown',
  status: '=ok',
}

let t: TestApp
let folder: string
beforeAll(async () => {
  t = await testApp({})
  folder = mkdtempSync(join(tmpdir(), 'import-'))
})
afterAll(async () => {
  rmSync(folder, { recursive: true })
  await t.close()
})

const fileOf = (name: string, content: string | Buffer) => {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

async function run(options: Omit<ImportOptions, 'terminal'>, deps = t.deps) {
  let said = ''
  const terminal = { write: (text: string) => (said += text) }
  const result = await runImport(deps, { ...options, terminal })
  return { ...result, said }
}
const named = (name: string) => t.sql`select * from events where name = ${name} order by ts, user_id`

test('a file whose columns all have other names is refused without a map, and nothing of it is stored', async () => {
  const refused = run({ file: TRACE, kind: 'api-calls' })
  await expect(refused).rejects.toThrow(/no column of the file is a field of api-calls: name them with --map/)
  expect(await t.sql`select from api_calls`).toHaveLength(0)
})

describe('a real trace', () => {
  const totals = async () =>
    (
      await t.sql`
        select count(*)::int as n, sum(tokens_in)::int as tokens_in, sum(tokens_out)::int as tokens_out,
          count(cost)::int as priced, count(*) filter (where ai)::int as ai, min(ts) as first
        from api_calls where provider = 'azure'`
    )[0]

  test('gives exactly its figures, although it is older than the retention', async () => {
    const map = fileOf('map.json', JSON.stringify(TRACE_MAP))
    expect(await run({ file: TRACE, kind: 'api-calls', map })).toMatchObject({
      accepted: 200,
      duplicate: 0,
      rejected: 0,
      ok: true,
    })
    expect(await totals()).toEqual({
      n: 200,
      tokens_in: 414_215,
      tokens_out: 4_907,
      priced: 0,
      ai: 200,
      first: new Date('2023-11-16T18:17:03.979Z'),
    })
  })

  test('imported again it counts duplicates and doubles nothing', async () => {
    const again = await run({ file: TRACE, kind: 'api-calls', map: TRACE_MAP })
    expect(again).toMatchObject({ accepted: 0, duplicate: 200, rejected: 0, already: true, ok: true })
    expect(again.said).toContain('imported before')
    expect(await totals()).toMatchObject({ n: 200 })
  })

  test('with another map its rows are known by their lines', async () => {
    const other = await run({ file: TRACE, kind: 'api-calls', map: { ...TRACE_MAP, service: '=other' } })
    expect(other).toMatchObject({ accepted: 0, duplicate: 200, already: false })
    expect(await totals()).toMatchObject({ n: 200 })
  })
})

describe('bad rows', () => {
  test('are told by line, kept with their reason, and lose no neighbour', async () => {
    const file = fileOf(
      'bad.csv',
      [
        '\ufeffwhen;who;what', // 1
        '2026-01-01 00:00:01;u1;good', // 2
        '2026-02-30;u2;good', // 3 no such day
        '2026-01-01 00:00:02;u3', // 4 too few columns
        '', // 5
        '2026-01-01 00:00:03;"u;4";good', // 6 quoted delimiter
        '2026-01-01 00:00:04;"u5";"good"', // 7
        '2026-01-01 00:00:05;u"6;good', // 8 stray quote
        '2026-01-01 00:00:06;u7;good', // 9
        '2026-01-01 00:00:07;"u8;good', // 10 never closed
        '2026-01-01 00:00:08;u9;good', // 11
      ].join('\r\n'),
    )
    const result = await run({
      file,
      kind: 'events',
      map: { ts: 'when', user_id: 'who', name: 'what', session_id: '=s1' },
    })
    expect(result).toMatchObject({ accepted: 5, duplicate: 0, rejected: 4, ok: true })
    for (const line of [3, 4, 8, 10]) expect(result.said).toContain(`line ${line}: `)
    expect(result.said).toContain('2 columns instead of 3')
    expect((await named('good')).map((row) => [row.user_id, row.session_id])).toEqual(
      ['u1', 'u;4', 'u5', 'u7', 'u9'].map((user) => [user, 's1']),
    )
    const kept = await t.sql`select reason from rejected_facts where source = 'import' and kind = 'events'`
    expect(kept).toHaveLength(4)
  })

  test('a field may hold line breaks and doubled quotes', async () => {
    const file = fileOf('quoted.csv', 'name,user_id,note\nquoted,u1,"two\nlines, ""quoted"""\nquoted,u2,x\n')
    expect(await run({ file, kind: 'events' })).toMatchObject({ accepted: 2, rejected: 0 })
    expect((await named('quoted')).find((row) => row.user_id === 'u1')?.properties).toEqual({
      note: 'two\nlines, "quoted"',
    })
  })

  test('broken lines of NDJSON likewise', async () => {
    const lines = ['{"name":"nd"}', '{"name":', '[1]', '', '{"user_id":"x"}', '{"name":"nd\\u0000"}', '{"name":"nd"}']
    const file = fileOf(
      'bad.ndjson',
      Buffer.concat([Buffer.from(lines.join('\n')), Buffer.from([10, 0x22, 0xff, 0x22])]),
    )
    const result = await run({ file, kind: 'events' })
    expect(result).toMatchObject({ accepted: 2, rejected: 5, ok: true })
    for (const line of [2, 3, 5, 6, 8]) expect(result.said).toContain(`line ${line}: `)
  })

  test('a file of which nothing can be stored says so, and may be tried again', async () => {
    const file = fileOf('hopeless.csv', 'user_id\nu1\nu2\n')
    const expected = { accepted: 0, rejected: 2, ok: false, already: false }
    expect(await run({ file, kind: 'events' })).toMatchObject(expected)
    expect(await run({ file, kind: 'events' })).toMatchObject(expected)
  })
})

describe('an import that is cut off', () => {
  test('goes on after the last batch that was acknowledged, and doubles nothing', async () => {
    const rows = Array.from({ length: 12_000 }, (_, n) => `cut,u${n},"n ${n}"`)
    const file = fileOf('cut.csv', `name,user_id,note\n${rows.join('\n')}\n`)
    let batches = 0
    const failing = {
      ...t.deps,
      writer: {
        ...t.deps.writer,
        write: async (...args: Parameters<typeof t.deps.writer.write>) => {
          const outcome = await t.deps.writer.write(...args)
          // The second batch has committed, but nobody is told.
          if (++batches === 2) throw new Error('pulled the plug')
          return outcome
        },
      },
    }
    await expect(run({ file, kind: 'events' }, failing)).rejects.toThrow('pulled the plug')
    const [half] =
      await t.sql`select lines_done::int as lines, accepted::int from import_runs where file_name = 'cut.csv'`
    expect(half).toEqual({ lines: 5001, accepted: 5000 })

    const rest = await run({ file, kind: 'events' })
    expect(rest).toMatchObject({ accepted: 7000, duplicate: 5000, rejected: 0 })
    expect(rest.said).toContain('going on after line 5001')
    const [stored] =
      await t.sql`select count(*)::int as n, count(distinct user_id)::int as users from events where name = 'cut'`
    expect(stored).toEqual({ n: 12_000, users: 12_000 })
  })

  test('a busy writer is waited for', async () => {
    const { WriterBusy } = await import('../src/facts/writer.ts')
    let refused = 0
    const write: typeof t.deps.writer.write = (...args) =>
      refused++ === 0 ? Promise.reject(new WriterBusy('full')) : t.deps.writer.write(...args)
    const file = fileOf('busy.csv', 'name\nbusy\n')
    const result = await run({ file, kind: 'events' }, { ...t.deps, writer: { ...t.deps.writer, write } })
    expect(result).toMatchObject({ accepted: 1 })
  })
})

describe('what cannot be imported', () => {
  const refused = async (options: Omit<ImportOptions, 'terminal'>, reason: string) => {
    await expect(run(options)).rejects.toThrow(reason)
    await expect(run(options)).rejects.toThrow(ImportError)
  }

  test('is said in words', async () => {
    const file = fileOf('fine.csv', 'a,b\n1,2\n')
    await refused({ file: join(folder, 'nowhere.csv'), kind: 'events' }, 'nowhere.csv cannot be read')
    await refused({ file, kind: 'nonsense' }, 'unknown kind nonsense: it is one of')
    await refused({ file, kind: 'events', map: { name: 'c' } }, 'columns that the file does not have: c (it has a, b)')
    await refused({ file, kind: 'events', map: join(folder, 'nowhere.json') }, 'the map cannot be read')
    await refused({ file, kind: 'events', map: fileOf('m.json', '{') }, 'the map is not JSON')
    await refused({ file, kind: 'events', map: fileOf('n.json', '{"a":1}') }, 'the map must be an object of texts')
    await refused({ file: fileOf('empty.csv', '\n\n'), kind: 'events' }, 'the file is empty')
    await refused({ file: fileOf('array.json', '[{}]'), kind: 'events' }, 'one object a line')
    await refused({ file: fileOf('binary', Buffer.from([0x50, 0x4b, 0, 0xff, 10])), kind: 'events' }, 'not a text file')
  })
})

test('rows without an id of a kind that has its own are not given one', async () => {
  const file = fileOf('users.csv', 'id,email\n,nobody@example.com\nu77,u77@example.com\n')
  expect(await run({ file, kind: 'users' })).toMatchObject({ accepted: 1, rejected: 1 })
})

test('a terminal sees a bar that fills', async () => {
  let said = ''
  const terminal = { isTTY: true, write: (text: string) => (said += text) }
  await runImport(t.deps, { file: fileOf('bar.csv', 'name\nbar\n'), kind: 'events', terminal })
  expect(said).toContain('100 %')
  expect(said).toContain('1 accepted, 0 duplicate, 0 rejected')
})
