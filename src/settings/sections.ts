import { PRODUCT_PATH } from '../actions/paths.ts'
import { isAllowed } from '../auth/guards.ts'
import type { AdminWho, Role } from '../env.ts'
import { PRICES_PATH } from '../prices/paths.ts'
import { SCHEDULES_PATH } from '../schedules/paths.ts'

/** One place where something is set, or told how it is set. */
export interface SettingsSection {
  label: string
  /** A page, or a card of one. */
  href: string
  role: Role
  /** Of all tenants together: not for who is bound to some. */
  whole?: true
}

const SETTINGS = '/dashboard/settings'

/** The page of what is set by the environment about people’s data. */
export const PRIVACY_PATH = `${SETTINGS}/privacy`

/** Every section there is: a new one is a row. The list beside the pages of the settings is made of it. */
export const settingsSections: Readonly<Record<string, readonly SettingsSection[]>> = {
  Quarterdeck: [
    { label: 'General', href: SETTINGS, role: 'viewer' },
    { label: 'Health score', href: `${SETTINGS}#card-health`, role: 'viewer' },
    { label: 'Thresholds', href: `${SETTINGS}#card-thresholds`, role: 'viewer' },
    { label: 'Channels', href: `${SETTINGS}/channels`, role: 'viewer', whole: true },
    { label: 'Schedules', href: SCHEDULES_PATH, role: 'viewer', whole: true },
  ],
  Product: [
    { label: 'Product controls', href: PRODUCT_PATH, role: 'operator', whole: true },
    { label: 'Model prices', href: PRICES_PATH, role: 'viewer' },
    { label: 'Exchange rates', href: '/dashboard/rates', role: 'viewer' },
  ],
  Access: [
    { label: 'Admins', href: `${SETTINGS}/admins`, role: 'owner', whole: true },
    { label: 'API keys', href: `${SETTINGS}/keys`, role: 'owner', whole: true },
    { label: 'Other origins (CORS)', href: `${SETTINGS}/keys#card-cors`, role: 'owner', whole: true },
    { label: 'Account and sessions', href: '/dashboard/account', role: 'viewer' },
  ],
  'Data and record': [
    { label: 'Privacy and retention', href: PRIVACY_PATH, role: 'viewer' },
    { label: 'Environment', href: `${SETTINGS}#card-environment`, role: 'owner', whole: true },
    { label: 'Changes', href: `${SETTINGS}#card-changes`, role: 'owner', whole: true },
    { label: 'Audit log', href: '/dashboard/audit', role: 'owner', whole: true },
  ],
}

/** The sections that an admin may open, in groups. */
export function sectionsFor(admin: AdminWho): { group: string; sections: SettingsSection[] }[] {
  return Object.entries(settingsSections)
    .map(([group, all]) => ({
      group,
      sections: all.filter(({ role, whole }) => isAllowed({ role }, admin) && !(whole && admin.tenants !== null)),
    }))
    .filter(({ sections }) => sections.length > 0)
}

/** The section that an address belongs to: its own page, or one beneath it. */
export function sectionOf(path: string): SettingsSection | undefined {
  const all = Object.values(settingsSections).flat()
  return (
    all.find(({ href }) => href === path) ?? all.find(({ href }) => href !== SETTINGS && path.startsWith(`${href}/`))
  )
}

/** Whether a page is one of the settings. */
export const isSettingsPage = ({ path, under }: { path: string; under?: string }): boolean =>
  path === SETTINGS || under === SETTINGS
