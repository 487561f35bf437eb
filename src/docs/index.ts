import type { DocPage } from './define.ts'
import { access } from './pages/access.ts'
import { actions } from './pages/actions.ts'
import { alerts } from './pages/alerts.ts'
import { backfill } from './pages/backfill.ts'
import { connecting } from './pages/connecting.ts'
import { delivery } from './pages/delivery.ts'
import { exports } from './pages/exports.ts'
import { filters } from './pages/filters.ts'
import { glossary } from './pages/glossary.ts'
import { own } from './pages/own.ts'
import { privacy } from './pages/privacy.ts'
import { reading } from './pages/reading.ts'
import { settings } from './pages/settings.ts'
import { thresholds } from './pages/thresholds.ts'
import { troubleshooting } from './pages/troubleshooting.ts'

/** The help pages, in the order of their list. */
export const docPages: readonly DocPage[] = [
  reading,
  filters,
  thresholds,
  own,
  exports,
  alerts,
  delivery,
  connecting,
  backfill,
  actions,
  access,
  privacy,
  settings,
  troubleshooting,
  glossary,
]

/** The help page of a name; undefined = there is none. */
export const docPage = (slug: string): DocPage | undefined => docPages.find((page) => page.slug === slug)
