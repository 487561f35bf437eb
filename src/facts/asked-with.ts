import { MAX_ID } from './fields.ts'

type Said = Record<string, unknown> & { properties?: Record<string, unknown> | undefined }

const CAMPAIGN = ['campaign_id', 'utm_campaign'] as const

/** The campaign that a call or an event names: at the top or in its properties. */
export function campaignIn(row: Said): string | undefined {
  for (const name of CAMPAIGN) {
    const told = row[name] ?? row.properties?.[name]
    const text = typeof told === 'number' ? String(told) : told
    if (typeof text === 'string' && text !== '' && text.length <= MAX_ID) return text
  }
  return undefined
}

/**
 * What an AI call was asked with, wherever its sender puts that. All of it stays in the properties too: a value that is
 * no number is told there, and counts as not told.
 */
export function askedWith(row: Said): Record<string, unknown> {
  return {
    campaign_id: campaignIn(row),
    temperature: numberIn(row, ['temperature'], 100),
    top_p: numberIn(row, ['top_p'], 1),
    max_tokens: numberIn(row, ['max_tokens', 'max_output_tokens', 'max_completion_tokens'], 1e9, Math.round),
  }
}

function numberIn(row: Said, names: string[], most: number, as = (value: number) => value): number | undefined {
  const places = [row, row.properties, row.parameters, row.properties?.parameters]
  for (const place of places) {
    if (typeof place !== 'object' || place === null) continue
    for (const name of names) {
      const told = (place as Record<string, unknown>)[name]
      const value = typeof told === 'string' && told.trim() !== '' ? Number(told) : told
      if (typeof value === 'number' && value >= 0 && value <= most) return as(value)
    }
  }
  return undefined
}
