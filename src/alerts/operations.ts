import { z } from 'zod'
import { operation } from '../api/operation.ts'
import { parameters } from '../api/query.ts'
import { RULE_STATES, ruleSchema, SEVERITIES } from './rule.ts'

const ruleParams = z.object({ slug: z.string().max(100).meta({ description: 'The rule: its slug or id.' }) })
const alertParams = z.object({ id: z.string().max(20).meta({ description: 'The id of the alert.' }) })

const instant = z.iso.datetime().nullable()
const alert = z.strictObject({
  id: z.number(),
  rule: z.string().describe('The slug of its rule.'),
  name: z.string(),
  metric: z.string(),
  subject: z.string().describe('The value of the rule’s dimension, or the source; empty = the whole.'),
  tenant: z.string().nullable(),
  state: z.enum(['pending', 'firing', 'resolved', 'passed']),
  severity: z.enum(SEVERITIES),
  title: z.string(),
  drivers: z.string().describe('Who or what contributed most; empty = nobody stands out.'),
  value: z.number().nullable(),
  worst: z.number().nullable(),
  pending_since: z.iso.datetime(),
  fired_at: instant,
  ended_at: instant,
  ended_why: z.string().nullable(),
  no_data_since: instant,
  acknowledged_at: instant,
  acknowledged_by: z.string().nullable(),
  silenced_until: instant,
  told_nobody: z.boolean().describe('It fired, and there was no channel to tell.'),
})
const rule = z.looseObject({
  id: z.number(),
  slug: z.string(),
  name: z.string(),
  sentence: z.string().describe('The rule in words.'),
  state: z.enum(RULE_STATES),
  unread_since: instant.describe('Since when its metric cannot be read: its alerts stay as they are.'),
  unread_why: z.string().nullable(),
  preset: z.string().nullable().describe('The name of one that came with Quarterdeck.'),
  version: z.number(),
  updated_at: z.iso.datetime(),
})
const oneRule = { type: 'application/json', schema: rule } as const
const oneAlert = { type: 'application/json', schema: alert } as const
const YAML = 'The body may be YAML too, with the content type application/yaml.'

export const listAlerts = operation({
  method: 'get',
  path: '/api/alerts',
  tag: 'Alerts',
  summary: 'Alerts: those that are open, or all that fired in some days',
  query: z.object({
    state: z
      .enum(['open', 'all'], { error: 'It is open or all.' })
      .default('open')
      .meta({ description: 'open = pending and firing ones; all = what fired from `from` to `to`.' }),
    from: parameters.from,
    to: parameters.to,
    tenant: parameters.tenant,
    before: z.string().max(80).optional().meta({ description: '`next` of the page before.' }),
    limit: parameters.limit(500, 100),
  }),
  answer: {
    type: 'application/json',
    schema: z.strictObject({ alerts: z.array(alert), next: z.string().nullable() }),
  },
})

export const acknowledgeAlert = operation({
  method: 'post',
  path: '/api/alerts/:id/acknowledge',
  tag: 'Alerts',
  summary: 'Says that somebody is at it',
  params: alertParams,
  answer: oneAlert,
})

export const silenceBody = z.strictObject({
  minutes: z.int('Minutes are a whole number.').min(1, 'At least one.').max(44_640, 'A month at most.').default(60),
})
export const silenceAlert = operation({
  method: 'post',
  path: '/api/alerts/:id/silence',
  tag: 'Alerts',
  summary: 'Tells nobody of it for some minutes',
  details: 'Nor of the next alerts of its rule and subject. What it holds back and is still true is told when it ends.',
  params: alertParams,
  body: silenceBody,
  answer: oneAlert,
})

export const unsilenceAlert = operation({
  method: 'delete',
  path: '/api/alerts/:id/silence',
  tag: 'Alerts',
  summary: 'Ends a silence',
  params: alertParams,
  answer: oneAlert,
})

export const resolveAlert = operation({
  method: 'post',
  path: '/api/alerts/:id/resolve',
  tag: 'Alerts',
  summary: 'Ends an alert by hand',
  details: 'Where it is still bad it fires again, after the quiet time of its rule.',
  params: alertParams,
  answer: oneAlert,
})

export const alertsFile = operation({
  method: 'get',
  path: '/exports/alerts.csv',
  tag: 'Alerts',
  summary: 'What has fired, newest first',
  query: z.object({ from: parameters.from, to: parameters.to, tenant: parameters.tenant }),
  answer: { type: 'text/csv', doc: 'A row an alert that fired: rule, severity, when, value, who acknowledged it.' },
})

export const listRulesOperation = operation({
  method: 'get',
  path: '/api/alert-rules',
  tag: 'Alerts',
  summary: 'All alert rules',
  answer: { type: 'application/json', schema: z.strictObject({ rules: z.array(rule) }) },
})

export const rulesFile = operation({
  method: 'get',
  path: '/api/alert-rules.yaml',
  tag: 'Alerts',
  summary: 'All alert rules as one YAML file',
  details:
    'For review and for keeping: the page of the alerts imports it again, and each rule can be put back by itself.',
  answer: { type: 'text/plain', doc: 'YAML: `rules`, a list.' },
})

export const readRuleOperation = operation({
  method: 'get',
  path: '/api/alert-rules/:slug',
  tag: 'Alerts',
  summary: 'An alert rule; with “.yaml” behind its name as a file',
  params: ruleParams,
  answer: oneRule,
})

export const makeRuleOperation = operation({
  method: 'post',
  path: '/api/alert-rules',
  tag: 'Alerts',
  summary: 'Makes an alert rule',
  details: YAML,
  body: ruleSchema,
  answer: { ...oneRule, status: 201 },
})

export const backtestOperation = operation({
  method: 'post',
  path: '/api/alert-rules/backtest',
  tag: 'Alerts',
  summary: 'What a rule would have done in the past; nothing is stored',
  details: YAML,
  body: ruleSchema,
  answer: {
    type: 'application/json',
    schema: z.strictObject({
      from: z.iso.datetime(),
      to: z.iso.datetime(),
      readings: z.number(),
      unknown: z.number(),
      fired: z.number(),
      pending_only: z.number(),
      total_ms: z.number(),
      notices: z.number(),
      note: z.string(),
      firings: z.array(
        z.strictObject({
          subject: z.string(),
          fired_at: z.iso.datetime(),
          ended_at: instant,
          worst: z.number().nullable(),
        }),
      ),
      others: z.array(z.strictObject({ limit: z.number(), fired: z.number() })),
    }),
  },
})

export const putRuleOperation = operation({
  method: 'put',
  path: '/api/alert-rules/:slug',
  tag: 'Alerts',
  summary: 'Replaces what an alert rule says',
  details: YAML,
  params: ruleParams,
  body: ruleSchema,
  answer: oneRule,
})

export const dropRuleOperation = operation({
  method: 'delete',
  path: '/api/alert-rules/:slug',
  tag: 'Alerts',
  summary: 'Deletes an alert rule; what it raised stays in the history',
  params: ruleParams,
  answer: { type: 'application/json', schema: z.strictObject({ slug: z.string(), deleted: z.literal(true) }) },
})

export const alertOperations = [
  listAlerts,
  acknowledgeAlert,
  silenceAlert,
  unsilenceAlert,
  resolveAlert,
  alertsFile,
  listRulesOperation,
  rulesFile,
  makeRuleOperation,
  backtestOperation,
  readRuleOperation,
  putRuleOperation,
  dropRuleOperation,
]
