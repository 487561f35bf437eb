import { z } from 'zod'
import type { Config } from '../config.ts'
import type { Role } from '../env.ts'
import { healthSettings } from '../health/settings.ts'

/** A setting that is changed while Quarterdeck runs. */
interface Setting<T> {
  label: string
  doc: string
  schema: z.ZodType<T>
  /** Without a stored value. */
  default: (config: Config) => T
  /** The card of the settings page that it stands in. */
  group: 'general' | 'health'
  /** The variable which, where it is set, wins over what is stored: what a deployment fixes nobody changes by a click. */
  env: string | undefined
  /** What the variable says; undefined = it is not set. */
  fixed: (config: Config) => T | undefined
  /** From this role up it may be changed. */
  role: Role
}

const setting = <T>(one: Setting<T>): Setting<T> => one

const line = (most: number) =>
  z
    .string({ error: 'must be a text' })
    .trim()
    .max(most, `must have at most ${most} characters`)
    .refine((text) => !/\p{Cc}/u.test(text), 'must be one line')

/** Every setting of this kind; the settings page, its checks and the config API are made of it. */
export const registry = {
  product_name: setting({
    label: 'Product name',
    doc: 'Stands under the brand of every page.',
    schema: line(60),
    default: ({ baseUrl }) => new URL(baseUrl).host,
    group: 'general',
    env: 'PRODUCT_NAME',
    fixed: ({ productName }) => productName || undefined,
    role: 'owner',
  }),
  environment: setting({
    label: 'Environment',
    doc: 'Beside the name: production, staging. Who has several Quarterdecks open sees which one this is.',
    schema: line(30),
    default: () => '',
    group: 'general',
    env: 'PRODUCT_ENVIRONMENT',
    fixed: ({ productEnvironment }) => productEnvironment || undefined,
    role: 'owner',
  }),
  ...healthSettings,
} as const satisfies Record<string, Setting<string>>

export type SettingName = keyof typeof registry
export const settingNames = Object.keys(registry) as SettingName[]
export type SettingValues = { [N in SettingName]: z.output<(typeof registry)[N]['schema']> }

/** What stands under the brand: "Acme Studio, staging". */
export const productText = ({ product_name, environment }: SettingValues): string =>
  [product_name, environment].filter(Boolean).join(', ')

export function isSettingName(text: string): text is SettingName {
  return Object.hasOwn(registry, text)
}
