import { z } from 'zod'
import { createUser, doAction } from '../actions/operations.ts'
import { listAlerts } from '../alerts/operations.ts'
import { feed } from '../api/activity.ts'
import { credentials, runStarted, token } from '../api/described.ts'
import { configOfMetrics, listMetrics, summaryOfMetrics } from '../api/metrics-operations.ts'
import { type Operation, operation } from '../api/operation.ts'
import { listOfEmails, sendEmail } from '../email/operations.ts'
import { readHealth } from '../health/operations.ts'
import { listOfUsers } from '../users/operations.ts'
import { metricsAddresses, patchConfig, period, stats } from './operations.ts'
import { METRICS_PREFIXES, PAGE_PREFIXES, PAGES, RENAMED, STATS_PATHS } from './table.ts'

const tag = 'Documented addresses'
const ANSWERS = [
  summaryOfMetrics,
  listMetrics,
  configOfMetrics,
  feed,
  readHealth,
  listOfUsers,
  listOfEmails,
  listAlerts,
].map(({ path, answer }) => [path, answer] as const)

/** The operation of a page for programs: what the address that it is led to answers. */
export function pageOperation(prefix: string, name: keyof typeof PAGES): Operation<typeof period> {
  const { json, page } = PAGES[name]
  const [, answer] = ANSWERS.find(([path]) => path === json.split('?', 1)[0]) as (typeof ANSWERS)[number]
  return operation({
    method: 'get',
    path: prefix + name,
    tag,
    summary: `What ${json.split('?', 1)[0]} answers; a browser is led to ${page}`,
    query: period,
    answer,
  })
}

type Renamed = (typeof RENAMED)[number]

const ofUser = {
  params: z.object({ token: z.string().meta({ description: 'Id of the user.' }) }),
  body: doAction.body,
  answer: doAction.answer,
}

const RENAMED_BODIES: Record<Renamed['path'], Pick<Operation, 'params' | 'body' | 'answer'>> = {
  '/auth/login': { body: credentials, answer: { type: 'application/json', schema: token } },
  '/api/analytics/dashboard/run-daily': { answer: { type: 'application/json', status: 202, schema: runStarted } },
  '/emails/send': { body: sendEmail.body, answer: sendEmail.answer },
  '/api/analytics/dashboard/user/:token/retry': ofUser,
  '/api/analytics/dashboard/user/:token/redeploy': ofUser,
  '/users': { body: createUser.body, answer: createUser.answer },
  '/api/analytics/dashboard/health/recalculate': {
    answer: { type: 'application/json', status: 202, schema: runStarted },
  },
}

export function renamedOperation({ method, path, to, summary }: Renamed): Operation {
  return operation({ method, path, tag, summary, details: `Another name of ${to}.`, ...RENAMED_BODIES[path] })
}

/** An operation at another address; every one of these also answers with a slash at its end. */
export const at = <O extends Operation>(one: O, path: string): O => ({ ...one, path })

/** Every documented address, for the description of the API. */
export const documentedOperations: Operation[] = [
  ...METRICS_PREFIXES.flatMap(({ prefix }) =>
    [...Object.values(metricsAddresses), patchConfig].map((one) => at(one as Operation, prefix + one.path)),
  ),
  ...PAGE_PREFIXES.flatMap((prefix) =>
    (Object.keys(PAGES) as (keyof typeof PAGES)[]).map((name) => pageOperation(prefix, name) as Operation),
  ),
  ...STATS_PATHS.map((path) => at(stats as Operation, path)),
  ...RENAMED.map(renamedOperation),
]
