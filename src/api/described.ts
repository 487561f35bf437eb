import { z } from 'zod'
import { type Operation, operation } from './operation.ts'

/** Operations which other folders serve. Tests hold these descriptions to what those do. */

const run = z.strictObject({
  id: z.string(),
  job: z.string(),
  state: z.enum(['running', 'ok', 'failed', 'cancelled', 'abandoned']),
  scheduled_for: z.iso.datetime(),
  started_at: z.iso.datetime(),
  finished_at: z.iso.datetime().nullable(),
  done: z.number(),
  total: z.number().nullable().describe('What `done` runs up to, where that is known.'),
  note: z.string().nullable(),
  error: z.string().nullable(),
  started_by: z.string(),
  cancel_requested: z.boolean(),
})

const step = z.strictObject({
  name: z.string(),
  state: z.enum(['waiting', 'running', 'ok', 'failed']),
  started_at: z.iso.datetime().nullable(),
  finished_at: z.iso.datetime().nullable(),
  done: z.number(),
  total: z.number().nullable(),
  note: z.string().nullable().describe('What it did.'),
  error: z.string().nullable(),
  done_by_run: z.string().nullable().describe('The run that did it, where this one took over what that had begun.'),
})

export const runStarted = z.strictObject({ id: z.string(), job: z.string(), state: z.literal('running') })

export const token = z.strictObject({
  token: z.string(),
  token_type: z.literal('Bearer'),
  expires_in: z.number().describe('Seconds.'),
})

export const credentials = z.strictObject({
  email: z.string(),
  password: z.string(),
  code: z.string().optional().describe('Where the account signs in in two steps: the code of now.'),
})

const days = z
  .strictObject({
    from: z.iso.date(),
    to: z.iso.date(),
    metric: z.string().optional().describe('Backfill: this metric only, by its key.'),
    rebuild: z.boolean().optional().describe('Backfill: the roll-ups first, from the raw facts that remain.'),
  })
  .describe('For jobs which take days; nothing for others.')

export const described: Operation[] = [
  operation({
    method: 'post',
    path: '/api/auth/login',
    tag: 'Access',
    summary: 'Sign in with e-mail and password: a bearer token of an hour',
    details: 'The token may read and, from the role operator up, act. Programs that stay use a key instead.',
    body: credentials,
    answer: { type: 'application/json', schema: token },
  }),
  operation({
    method: 'get',
    path: '/api/jobs',
    tag: 'Jobs',
    summary: 'The jobs, when they run next, and how they ran last',
    answer: {
      type: 'application/json',
      schema: z.strictObject({
        jobs: z.array(
          z.strictObject({
            name: z.string(),
            label: z.string(),
            doc: z.string(),
            schedule: z.string().nullable().describe('As cron has it; null = only when asked for.'),
            parameters: z.array(z.string()),
            next_run: z.iso.datetime().nullable(),
            last_run: run.nullable(),
          }),
        ),
      }),
    },
  }),
  operation({
    method: 'post',
    path: '/api/jobs/:name/run',
    tag: 'Jobs',
    summary: 'Run a job now',
    params: z.object({ name: z.string().meta({ description: 'Name of the job.', examples: ['daily'] }) }),
    body: days.optional(),
    answer: { type: 'application/json', status: 202, schema: runStarted },
  }),
  operation({
    method: 'get',
    path: '/api/jobs/runs/:id',
    tag: 'Jobs',
    summary: 'How far a run is',
    params: z.object({ id: z.string() }),
    answer: {
      type: 'application/json',
      schema: run.extend({ steps: z.array(step).describe('Of jobs that have several, such as the daily tasks.') }),
    },
  }),
  operation({
    method: 'delete',
    path: '/api/jobs/runs/:id',
    tag: 'Jobs',
    summary: 'Cancel a run',
    params: z.object({ id: z.string() }),
    answer: { type: 'application/json', status: 202, schema: run },
  }),
]
