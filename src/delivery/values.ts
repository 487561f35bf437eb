import type { Deps } from '../context.ts'
import { seal, unseal } from '../lib/sealed.ts'
import type { ChannelKind, Values } from './types.ts'

/** A channel as its row has it. */
interface Stored {
  id: string
  settings: Values
  secret: string | null
}

const purposeOf = (id: string): string => `channel ${id}`

/** The values of all fields, secret ones too. @throws Unreadable where SECRET_KEY is another one */
export function valuesOf({ config }: Pick<Deps, 'config'>, { id, settings, secret }: Stored): Values {
  if (secret === null) return settings
  return { ...settings, ...(JSON.parse(unseal(config.secretKey, purposeOf(id), secret)) as Values) }
}

/** The values as they are stored: those that are secret are sealed. */
export function storedValues(
  { config }: Pick<Deps, 'config'>,
  { fields }: ChannelKind,
  id: string,
  values: Values,
): { settings: Values; secret: string | null } {
  const isSecret = (name: string) => fields.some((field) => field.name === name && field.secret)
  const part = (secret: boolean) =>
    Object.fromEntries(Object.entries(values).filter(([name]) => isSecret(name) === secret))
  const hidden = part(true)
  const secret = Object.keys(hidden).length === 0 ? null : seal(config.secretKey, purposeOf(id), JSON.stringify(hidden))
  return { settings: part(false), secret }
}
