// Long because: every setting has its block here, and nowhere else.
import { resolve } from 'node:path'
import type { z } from 'zod'
import {
  bytes,
  choice,
  flag,
  integer,
  list,
  mailAddress,
  origins,
  postgresUrl,
  presets,
  redisUrl,
  smtpUrl,
  syncEvery,
  text,
  timeZone,
  webUrl,
} from './config-values.ts'
import { MRR_POLICIES } from './facts/mrr.ts'

/** A setting from the environment; `key` is its name in Config. */
interface Setting<T> {
  key: string
  schema: z.ZodType<T, string>
  /** As one would write it in the environment; absent = optional. */
  default: string
  secret?: boolean
  doc: string
}

const setting = <T, K extends string>(one: Setting<T> & { key: K }) => one

/** What products of many kinds call their features: of these, health counts the ones that a product has. */
export const DEFAULT_KEY_FEATURES =
  'project,contract,time_entry,commit,portal,deliverable,integration,upload,worklog,report,build,preview,deploy,template_used,invite_sent'

/** Every setting there is: Config, the checks at boot and the README's table come from here. */
export const settings = {
  PORT: setting({ key: 'port', schema: integer(0, 65_535), default: '3000', doc: 'Port to listen on.' }),
  HOST: setting({
    key: 'host',
    schema: text.min(1, 'must not be empty'),
    default: '127.0.0.1',
    doc: 'Address to listen on; `0.0.0.0` for all.',
  }),
  BASE_URL: setting({
    key: 'baseUrl',
    schema: text
      .refine((value) => value === '' || webUrl(value), 'must be a URL such as https://admin.example.com')
      .transform((value) => value.replace(/\/+$/, '')),
    default: '',
    doc: 'Where browsers reach Quarterdeck; links, cookies and the origin check follow it. Default: made of `HOST` and `PORT`.',
  }),
  PRODUCT_NAME: setting({
    key: 'productName',
    schema: text.max(60, 'must have at most 60 characters'),
    default: '',
    doc: 'Name of the watched product, under the brand of every page. Set here, it cannot be changed on the settings page; default there: the host of `BASE_URL`.',
  }),
  PRODUCT_ENVIRONMENT: setting({
    key: 'productEnvironment',
    schema: text.max(30, 'must have at most 30 characters'),
    default: '',
    doc: 'Beside the name: `production`, `staging` … Set here, it cannot be changed on the settings page.',
  }),
  TIME_ZONE: setting({
    key: 'timeZone',
    schema: timeZone,
    default: 'UTC',
    doc: 'IANA zone whose days the figures are counted in.',
  }),
  DATABASE_URL: setting({
    key: 'databaseUrl',
    schema: postgresUrl,
    default: '',
    secret: true,
    doc: 'A Postgres of version 15 or later. Without it Quarterdeck runs one of its own in `DATA_DIR`.',
  }),
  DATA_DIR: setting({
    key: 'dataDir',
    schema: text.min(1, 'must not be empty').transform((value) => resolve(value)),
    default: '.data',
    doc: 'Folder of the embedded Postgres and of the generated secret.',
  }),
  SECRET_KEY: setting({
    key: 'secretKey',
    schema: text.refine((value) => value === '' || value.length >= 32, 'must have at least 32 characters'),
    default: '',
    secret: true,
    doc: 'What signed links are signed with, second factors encrypted, and the end of the audit log sealed. When it changes, links end, and two-step sign-in needs a recovery code or `quarterdeck admin reset --one-step`, and `quarterdeck audit accept` tells the log that it was you. Without it one is made and kept in `DATA_DIR`.',
  }),
  CURRENCY: setting({
    key: 'currency',
    schema: text.toUpperCase().regex(/^[A-Z]{3}$/, 'must be an ISO 4217 code such as USD'),
    default: 'USD',
    doc: 'Currency that money is reported in. The shipped model prices are in USD: with another currency, AI calls that send no cost of their own cost "unknown" until prices in it are entered.',
  }),
  MRR_POLICY: setting({
    key: 'mrrPolicy',
    schema: choice(...MRR_POLICIES),
    default: 'stripe',
    doc: 'What a discount does to MRR. `stripe`: one that ends leaves it as it is, one that lasts lowers it. `chartmogul`: any lowers it for as long as it holds. Both are kept, so this can be changed at any time; stored days follow when they are computed anew.',
  }),
  PRO_PLANS: setting({
    key: 'proPlans',
    schema: list,
    default: 'pro',
    doc: 'Ids of the plans from which users move up to the largest ones, separated by commas.',
  }),
  ENTERPRISE_PLANS: setting({
    key: 'enterprisePlans',
    schema: list,
    default: 'enterprise',
    doc: 'Ids of the largest plans, separated by commas.',
  }),
  ACTIVE_DEFINITION: setting({
    key: 'activeDefinition',
    schema: choice('any', 'actions', 'login'),
    default: 'any',
    doc: 'What makes a user active: `any` use, `actions` (log-in, AI request, preview request, joining a live view) or `login`.',
  }),
  PASSIVE_EVENTS: setting({
    key: 'passiveEvents',
    schema: list,
    default: '',
    doc: 'Event names that do not make their user active, separated by commas.',
  }),
  LOGIN_EVENTS: setting({
    key: 'loginEvents',
    schema: list,
    default: 'login,Signed In,signed_in',
    doc: 'Event names that are log-ins, separated by commas.',
  }),
  ACTIVATION_EVENTS: setting({
    key: 'activationEvents',
    schema: list,
    default:
      'activated,build,preview,deploy,contract,time_entry,upload,file_uploaded,worklog,worklog_created,report,report_generated',
    doc: 'What activates a new user, separated by commas: names of events, or kinds of objects and jobs that the user makes. One of them is enough.',
  }),
  KEY_FEATURES: setting({
    key: 'keyFeatures',
    schema: list,
    default: DEFAULT_KEY_FEATURES,
    doc: 'The features whose adoption is counted, separated by commas: names of events, or kinds of objects and jobs. Metrics of adoption leave out one that nobody has used yet; health scores do so while the list is this one.',
  }),
  RETENTION_DAYS: setting({
    key: 'retentionDays',
    schema: integer(31, 36_500),
    default: '400',
    doc: 'Days that raw facts are kept and accepted for; imports may be older.',
  }),
  INGEST_BODY_LIMIT: setting({
    key: 'ingestBodyLimitBytes',
    schema: bytes,
    default: '5 MB',
    doc: 'Largest request body, also after unpacking.',
  }),
  INGEST_RATE_LIMIT: setting({
    key: 'ingestRatePerSecond',
    schema: integer(1, 1_000_000),
    default: '1000',
    doc: 'Requests a second that one API key may send.',
  }),
  INGEST_BATCH_LIMIT: setting({
    key: 'ingestBatchLimit',
    schema: integer(1, 50_000),
    default: '5000',
    doc: 'Facts in one request.',
  }),
  POSTHOG_TENANT_GROUPS: setting({
    key: 'posthogTenantGroups',
    schema: list,
    default: 'company,organization,organisation,tenant,account,workspace,team',
    doc: 'PostHog group types that mean a customer organisation, separated by commas; of several in one event the first of this list counts, other types are not kept.',
  }),
  STRIPE_WEBHOOK_SECRET: setting({
    key: 'stripeWebhookSecrets',
    schema: list,
    default: '',
    secret: true,
    doc: 'Signing secret of the Stripe endpoint `/webhooks/stripe` (`whsec_…`); several, separated by commas, while it is being rolled.',
  }),
  PAYSTACK_SECRET_KEY: setting({
    key: 'paystackSecretKeys',
    schema: list,
    default: '',
    secret: true,
    doc: 'Paystack secret key (`sk_…`), which signs what comes to `/webhooks/paystack`; several, separated by commas, while it is being changed.',
  }),
  BREVO_WEBHOOK_TOKEN: setting({
    key: 'brevoWebhookTokens',
    schema: list,
    default: '',
    secret: true,
    doc: 'Token that Brevo sends with what comes to `/webhooks/brevo`; several, separated by commas, while it is being changed.',
  }),
  LOG_LEVEL: setting({
    key: 'logLevel',
    schema: choice('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'),
    default: 'info',
    doc: 'Least severe level that is logged.',
  }),
  READ_ONLY: setting({
    key: 'readOnly',
    schema: flag,
    default: '0',
    doc: '`1` removes every action and every change of configuration; sign-in, ingest and the scheduler go on.',
  }),
  PRIVACY: setting({
    key: 'privacy',
    schema: choice('standard', 'strict'),
    default: 'standard',
    doc: '`strict` shows of a user only id, e-mail, plan and counts.',
  }),
  STORE_CONTENT: setting({
    key: 'storeContent',
    schema: flag,
    default: '0',
    doc: '`1` keeps what people wrote and models answered: the text of prompts, messages, comments and tickets, and the code of components. Otherwise it is dropped at the door.',
  }),
  PROBE_URLS: setting({
    key: 'probeUrls',
    schema: list.refine((values) => values.every(webUrl), 'must be http(s) URLs separated by commas'),
    default: '',
    doc: 'URLs to probe each minute, separated by commas.',
  }),
  REDIS_URL: setting({
    key: 'redisUrl',
    schema: redisUrl,
    default: '',
    secret: true,
    doc: 'The Redis of the watched product, for online users, queues and workers; it is only read. Without it those come from facts.',
  }),
  REDIS_QUEUES: setting({
    key: 'redisQueues',
    schema: list,
    default: 'ai_queue:*,preview_queue:*',
    doc: 'Redis lists that are queues: names or patterns with `*`, separated by commas. BullMQ queues are found by themselves.',
  }),
  WORKER_KEYS: setting({
    key: 'workerKeys',
    schema: list,
    default: 'worker:*,gpu_worker:*',
    doc: 'Redis keys that hold worker heartbeats: names or patterns with `*`, separated by commas.',
  }),
  WORKER_TIMEOUT_S: setting({
    key: 'workerTimeoutSeconds',
    schema: integer(5, 86_400),
    default: '60',
    doc: 'Seconds after its last heartbeat at which a worker counts as unhealthy (CPU) or offline (GPU).',
  }),
  NATS_URL: setting({
    key: 'natsUrl',
    schema: text.refine((value) => value === '' || webUrl(value), 'must be a URL such as http://127.0.0.1:8222'),
    default: '',
    secret: true,
    doc: 'Monitoring address of a NATS server, whose `/varz` and `/connz` are read each minute.',
  }),
  SOURCE_DATABASE_URL: setting({
    key: 'sourceDatabaseUrl',
    schema: postgresUrl,
    default: '',
    secret: true,
    doc: 'The Postgres of the watched product, which presets read; nothing is ever written to it. A direct connection, not a pooler.',
  }),
  MAIN_APP_URL: setting({
    key: 'mainAppUrl',
    schema: text
      .refine((value) => value === '' || webUrl(value), 'must be a URL such as https://app.example.com')
      .refine((value) => !URL.canParse(value) || !/[?#@]/.test(value), 'must hold neither password nor query')
      .transform((value) => value.replace(/\/+$/, '')),
    default: '',
    doc: 'Where the API of the watched product is, which REST presets read and actions on users ask.',
  }),
  MAIN_APP_KEY: setting({
    key: 'mainAppKey',
    schema: text.regex(/^[\x21-\x7e]*$/, 'must hold neither spaces nor other than ASCII characters'),
    default: '',
    secret: true,
    doc: 'Key for that API, sent as Bearer token.',
  }),
  MAIN_APP_SECRET: setting({
    key: 'mainAppSecret',
    schema: text.refine((value) => value === '' || value.length >= 16, 'must have at least 16 characters'),
    default: '',
    secret: true,
    doc: 'What actions on users are signed with, the same on both sides. Without it there are none.',
  }),
  MAIN_APP_TIMEOUT_MS: setting({
    key: 'mainAppTimeoutMs',
    schema: integer(100, 60_000),
    default: '6000',
    doc: 'How long an action waits for an answer of that API, each of at most three times, in milliseconds.',
  }),
  PRESET: setting({
    key: 'presets',
    schema: presets,
    default: '',
    doc: 'What to pull from the product: names of shipped presets or paths of folders with files of your own, separated by commas.',
  }),
  SYNC_EVERY: setting({
    key: 'syncEverySeconds',
    schema: syncEvery,
    default: '30s',
    doc: 'How often presets look for what is new.',
  }),
  LOG_FILES: setting({
    key: 'logFiles',
    schema: list.transform((paths) => paths.map((path) => (path === 'off' ? path : resolve(path)))),
    default: '',
    doc: 'JSON-lines files of the product to read incidents from, separated by commas. With the preset `hivesync`, `/data/logs/ai-events.log` and `/data/logs/preview.log` unless this says otherwise; `off` for none.',
  }),
  LOG_FROM: setting({
    key: 'logFrom',
    schema: choice('end', 'start'),
    default: 'end',
    doc: 'Where reading of a log file begins the first time it is seen: its `end` or its `start`.',
  }),
  GEOIP_DB: setting({
    key: 'geoipDb',
    schema: text.transform((value) => (value === '' ? undefined : resolve(value))),
    default: '',
    doc: 'An .mmdb file (city or country) used instead of the bundled country database.',
  }),
  SMTP_URL: setting({
    key: 'smtpUrl',
    schema: smtpUrl,
    default: '',
    secret: true,
    doc: 'Mail server, as `smtp://user:password@host:587` or `smtps://…:465`; Brevo’s relay is `smtp://LOGIN:KEY@smtp-relay.brevo.com:587`. Without it mails are kept and can be read, and are not sent.',
  }),
  MAIL_FROM: setting({
    key: 'mailFrom',
    schema: mailAddress,
    default: '',
    doc: 'Whom mails are from: `Name <address>` or an address. Default: `quarterdeck@` the host of `BASE_URL`.',
  }),
  ALLOW_PRIVATE_WEBHOOKS: setting({
    key: 'allowPrivateWebhooks',
    schema: flag,
    default: '0',
    doc: '`1` lets channels post to addresses of this machine and of private networks.',
  }),
  DEADMAN_URL: setting({
    key: 'deadmanUrl',
    schema: text.refine((value) => value === '' || webUrl(value), 'must be a URL such as https://hc-ping.com/your-id'),
    default: '',
    secret: true,
    doc: 'Fetched each minute while alerts are evaluated and delivered: a service outside, which expects that, tells when it stops.',
  }),
  LLM_URL: setting({
    key: 'llmUrl',
    schema: text
      .refine((value) => value === '' || webUrl(value), 'must be a URL such as https://api.openai.com/v1')
      .transform((value) => value.replace(/\/+$/, '')),
    default: '',
    secret: true,
    doc: 'A server that speaks the chat-completions protocol, up to and without `/chat/completions`: it writes profiles of users when an operator asks for one. Without it rules do.',
  }),
  LLM_KEY: setting({
    key: 'llmKey',
    schema: text.regex(/^[\x21-\x7e]*$/, 'must hold neither spaces nor other than ASCII characters'),
    default: '',
    secret: true,
    doc: 'Key for it, sent as a Bearer token; a server of one’s own may want none.',
  }),
  LLM_MODEL: setting({
    key: 'llmModel',
    schema: text.max(200, 'must have at most 200 characters'),
    default: '',
    doc: 'Name of the model, as that server calls it.',
  }),
  LLM_TIMEOUT_MS: setting({
    key: 'llmTimeoutMs',
    schema: integer(500, 120_000),
    default: '20000',
    doc: 'How long a model may take, in milliseconds.',
  }),
  TARGET_P95_MS: setting({
    key: 'targetP95Ms',
    schema: integer(1, 600_000),
    default: '1000',
    doc: 'Latency that 95 % of calls should stay under, in milliseconds.',
  }),
  CORS_ORIGINS: setting({
    key: 'corsOrigins',
    schema: origins,
    default: '',
    doc: 'Origins whose pages may call `/api`, separated by commas.',
  }),
  TRUST_PROXY: setting({
    key: 'trustProxy',
    schema: flag,
    default: '0',
    doc: '`1` takes the last address in `X-Forwarded-For` for the client’s: only behind a proxy that sets it.',
  }),
} as const

type Settings = typeof settings

/** The settings, checked and typed; `secretKey` is '' until keepSecretKey has seen to it. */
export type Config = {
  [Name in keyof Settings as Settings[Name]['key']]: z.output<Settings[Name]['schema']>
}

/** Says every bad setting at once. */
export class ConfigError extends Error {
  constructor(readonly problems: string[]) {
    super(
      `The configuration has ${problems.length === 1 ? 'a problem' : `${problems.length} problems`}:\n${problems.map((line) => `  ${line}`).join('\n')}`,
    )
    this.name = 'ConfigError'
  }
}

/** Reads the settings. @throws ConfigError */
export function loadConfig(env: Record<string, string | undefined>): Config {
  const problems: string[] = []
  const config: Record<string, unknown> = {}
  for (const [name, { key, schema, default: fallback, ...rest }] of Object.entries(settings)) {
    const given = env[name]?.trim() || fallback
    const { success, data, error } = (schema as z.ZodType).safeParse(given)
    if (success) config[key] = data
    else problems.push(problem(name, error.issues[0]!.message, given, 'secret' in rest && rest.secret === true))
  }
  if (problems.length > 0) throw new ConfigError(problems)
  const complete = config as unknown as Config
  return { ...complete, baseUrl: complete.baseUrl || defaultBaseUrl(complete) }
}

const problem = (name: string, message: string, given: string, secret: boolean): string =>
  `${name} ${message}${secret ? '' : ` (it is ${JSON.stringify(given)})`}`

/** A wildcard address is not one that a browser can be sent to. */
function defaultBaseUrl({ host, port }: Config): string {
  const name = ['0.0.0.0', '::'].includes(host) ? 'localhost' : host.includes(':') ? `[${host}]` : host
  return `http://${name}:${port}`
}

/** The README's table of settings. */
export function settingsTable(): string {
  const rows = Object.entries(settings).map(
    ([name, { default: fallback, doc }]) => `| \`${name}\` | ${fallback ? `\`${fallback}\`` : ''} | ${doc} |`,
  )
  return ['| setting | default | what it does |', '| --- | --- | --- |', ...rows].join('\n')
}
