import type { RowResult } from './commit.ts'
import { allowedContent } from './content.ts'
import { factKinds } from './index.ts'
import { safeJson } from './nesting.ts'
import { namesErased, type Pseudonyms } from './personal.ts'
import type { FactIn, FactKind, Meta, Outcome } from './types.ts'

export interface Rejection {
  kind: string
  source: string
  reason: string
  raw: Buffer | string
}

/** Gathers what became of the facts, and tells it by the client's own positions. */
export class Report {
  private readonly results: RowResult[]

  constructor(
    private readonly facts: FactIn[],
    private readonly storeContent: boolean,
    private readonly pseudonymOf: Pseudonyms | undefined,
  ) {
    this.results = new Array(facts.length)
  }

  add(position: number, result: RowResult): void {
    this.results[position] = result
  }

  rejections(meta: Meta): Rejection[] {
    return this.results.flatMap((result, position) => {
      if (typeof result === 'string') return []
      const { kind, row } = this.facts[position]!
      if (this.pseudonymOf && namesErased(row, this.pseudonymOf)) return []
      return [
        {
          kind,
          source: meta.source,
          reason: result.rejected,
          raw: safeJson(allowedContent(factKinds[kind], row, this.storeContent)),
        },
      ]
    })
  }

  /** What became of the facts of each kind, one by one. */
  byKind(): Map<FactKind, { accepted: number; duplicate: number; rejected: number }> {
    const kinds = new Map<FactKind, { accepted: number; duplicate: number; rejected: number }>()
    this.results.forEach((result, position) => {
      const { kind } = this.facts[position]!
      const counted = kinds.get(kind) ?? { accepted: 0, duplicate: 0, rejected: 0 }
      kinds.set(kind, counted)
      if (result === 'stored') counted.accepted++
      else if (result === 'duplicate') counted.duplicate++
      else counted.rejected++
    })
    return kinds
  }

  /** Facts made of one message stand side by side, and count as one: refused if any is, else a duplicate if any is. */
  outcome(): Outcome {
    const outcome: Outcome = { accepted: 0, duplicate: 0, rejected: [] }
    for (let from = 0, to = 0; from < this.facts.length; from = to) {
      const { index } = this.facts[from]!
      let verdict = this.results[from]!
      for (to = from + 1; this.facts[to]?.index === index; to++) verdict = worse(verdict, this.results[to]!)
      if (verdict === 'stored') outcome.accepted++
      else if (verdict === 'duplicate') outcome.duplicate++
      else outcome.rejected.push({ index, reason: verdict.rejected })
    }
    return outcome
  }
}

function worse(a: RowResult, b: RowResult): RowResult {
  if (typeof a === 'object') return a
  return b === 'stored' ? a : b
}
