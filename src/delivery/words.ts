import type { DeliveryState, Message, NoticeKind } from './types.ts'

/** What a notice is about, in a word or two. */
export const KIND_WORDS: Record<NoticeKind, string> = {
  firing: 'Firing',
  resolved: 'Resolved',
  test: 'Test',
  canary: 'Canary',
  mail: 'E-mail',
}

export const STATE_WORDS: Record<DeliveryState, string> = {
  queued: 'waiting',
  sending: 'being sent',
  sent: 'sent',
  kept: 'kept, not sent',
  failed: 'refused',
  dead: 'given up',
}

/** "[Firing] Daily AI cost above $50", for subjects and first lines. */
export function headline({ kind, title }: Pick<Message, 'kind' | 'title'>): string {
  return `[${KIND_WORDS[kind]}] ${title}`
}

/** From the least to the worst; what a channel is told begins at one of them. */
export const SEVERITIES = ['info', 'warning', 'critical'] as const
export type Severity = (typeof SEVERITIES)[number]

/** The place of a severity, from 1; other words for the same are understood. */
export function rankOf(severity: string): 1 | 2 | 3 {
  if (/^(crit|err|high)/i.test(severity)) return 3
  return /^(warn|med)/i.test(severity) ? 2 : 1
}

/** The colour of a notice. */
export function toneOf({ kind, severity }: Pick<Message, 'kind' | 'severity'>): 'good' | 'warn' | 'crit' | 'info' {
  return kind === 'resolved' ? 'good' : (['info', 'warn', 'crit'] as const)[rankOf(severity) - 1]!
}
