import { expect } from 'vitest'
import type { TestApp } from './app.ts'

/** Sends facts through the typed doors as a program does; every one of them must be taken. */
export async function sender(t: TestApp): Promise<(kind: string, rows: object[]) => Promise<void>> {
  const key = await t.key(['ingest'])
  return async (kind, rows) => {
    const answer = await t.request(`/ingest/${kind}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify(rows),
    })
    expect(await answer.json()).toMatchObject({ accepted: rows.length, rejected: 0 })
  }
}
