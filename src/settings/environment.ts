import { type Config, settings } from '../config.ts'
import { quantityText } from '../metrics/quantity.ts'

export type VariableName = keyof typeof settings

/** Which variables are read beside each other; one that no group names stands under the last. */
const GROUPS: Readonly<Record<string, readonly VariableName[]>> = {
  Server: ['PORT', 'HOST', 'BASE_URL', 'TRUST_PROXY', 'CORS_ORIGINS', 'LOG_LEVEL', 'READ_ONLY'],
  'Name and place': ['PRODUCT_NAME', 'PRODUCT_ENVIRONMENT', 'TIME_ZONE'],
  'Database and secrets': ['DATABASE_URL', 'DATA_DIR', 'SECRET_KEY', 'RETENTION_DAYS'],
  'How things are counted': [
    'ACTIVE_DEFINITION',
    'PASSIVE_EVENTS',
    'LOGIN_EVENTS',
    'ACTIVATION_EVENTS',
    'KEY_FEATURES',
    'TARGET_P95_MS',
  ],
  Money: ['CURRENCY', 'MRR_POLICY', 'PRO_PLANS', 'ENTERPRISE_PLANS'],
  Doors: [
    'INGEST_BODY_LIMIT',
    'INGEST_RATE_LIMIT',
    'INGEST_BATCH_LIMIT',
    'POSTHOG_TENANT_GROUPS',
    'STRIPE_WEBHOOK_SECRET',
    'PAYSTACK_SECRET_KEY',
    'BREVO_WEBHOOK_TOKEN',
  ],
  Delivery: ['SMTP_URL', 'MAIL_FROM', 'ALLOW_PRIVATE_WEBHOOKS', 'DEADMAN_URL'],
  Privacy: ['PRIVACY', 'STORE_CONTENT', 'GEOIP_DB'],
  Sources: [
    'PRESET',
    'SYNC_EVERY',
    'SOURCE_DATABASE_URL',
    'MAIN_APP_URL',
    'MAIN_APP_KEY',
    'MAIN_APP_SECRET',
    'MAIN_APP_TIMEOUT_MS',
    'REDIS_URL',
    'REDIS_QUEUES',
    'WORKER_KEYS',
    'WORKER_TIMEOUT_S',
    'LOG_FILES',
    'LOG_FROM',
    'NATS_URL',
    'PROBE_URLS',
  ],
}
const REST = 'More'

export interface Variable {
  name: VariableName
  doc: string
  /** As one would say it; a secret only as being there. */
  value: string
  /** Differs from the default. */
  changed: boolean
  /** Written as in the environment; '' = none. */
  default: string
}

/** The settings of the environment in groups, as the process was started with them. */
export function environmentOf(config: Config): { group: string; variables: Variable[] }[] {
  const named = new Set(Object.values(GROUPS).flat())
  const rest = (Object.keys(settings) as VariableName[]).filter((name) => !named.has(name))
  return Object.entries({ ...GROUPS, [REST]: rest })
    .map(([group, names]) => ({ group, variables: names.map((name) => variableOf(config, name)) }))
    .filter(({ variables }) => variables.length > 0)
}

function variableOf(config: Config, name: VariableName): Variable {
  const { key, doc, default: fallback, schema, ...rest } = settings[name]
  const value: unknown = config[key]
  const byDefault: unknown = madeOf(config, name) ?? schema.safeParse(fallback).data
  return {
    name,
    doc,
    value: 'secret' in rest ? secretText(value) : valueText(key, value),
    // Without one of its own a secret is made at the first start, and is nobody's choice.
    changed: name !== 'SECRET_KEY' && JSON.stringify(value) !== JSON.stringify(byDefault),
    default: fallback,
  }
}

/** A default that is made of other settings. */
function madeOf({ baseUrl, port }: Config, name: VariableName): string | undefined {
  return name === 'BASE_URL' && new RegExp(`^http://[^/]+:${port}$`).test(baseUrl) ? baseUrl : undefined
}

const isEmpty = (value: unknown): boolean =>
  value === undefined || value === '' || (Array.isArray(value) && value.length === 0)

const secretText = (value: unknown): string => (isEmpty(value) ? 'not set' : 'set, not shown')

function valueText(key: string, value: unknown): string {
  if (isEmpty(value)) return 'not set'
  if (typeof value === 'boolean') return value ? 'on' : 'off'
  if (Array.isArray(value)) return value.join(', ')
  if (typeof value !== 'number') return String(value)
  if (key.endsWith('Bytes')) return quantityText(value, 'bytes')
  if (key.endsWith('Seconds')) return quantityText(value * 1_000, 'ms')
  if (key.endsWith('Ms')) return quantityText(value, 'ms')
  return String(value)
}
