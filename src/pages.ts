import activity from '../views/pages/activity.tsx'
import admin from '../views/pages/admin.tsx'
import admins from '../views/pages/admins.tsx'
import alertRule, { ruleNew } from '../views/pages/alert-rule.tsx'
import alerts from '../views/pages/alerts.tsx'
import annotations from '../views/pages/annotations.tsx'
import audit from '../views/pages/audit.tsx'
import backfill from '../views/pages/backfill.tsx'
import board from '../views/pages/board.tsx'
import boards from '../views/pages/boards.tsx'
import channel from '../views/pages/channel.tsx'
import channelNew from '../views/pages/channel-new.tsx'
import channels from '../views/pages/channels.tsx'
import customMetricEdit from '../views/pages/custom-metric-edit.tsx'
import customMetricNew from '../views/pages/custom-metric-new.tsx'
import data from '../views/pages/data.tsx'
import docs from '../views/pages/docs.tsx'
import docsList from '../views/pages/docs-list.tsx'
import emailNew from '../views/pages/email-new.tsx'
import emails from '../views/pages/emails.tsx'
import erasures from '../views/pages/erasures.tsx'
import health from '../views/pages/health.tsx'
import keys from '../views/pages/keys.tsx'
import live from '../views/pages/live.tsx'
import metric from '../views/pages/metric.tsx'
import metricRows from '../views/pages/metric-rows.tsx'
import metricThresholds from '../views/pages/metric-thresholds.tsx'
import metrics from '../views/pages/metrics.tsx'
import overview from '../views/pages/overview.tsx'
import prices from '../views/pages/prices.tsx'
import privacy from '../views/pages/privacy.tsx'
import product from '../views/pages/product.tsx'
import rates from '../views/pages/rates.tsx'
import schedule from '../views/pages/schedule.tsx'
import schedules from '../views/pages/schedules.tsx'
import segment from '../views/pages/segment.tsx'
import segmentEdit, { segmentNew } from '../views/pages/segment-edit.tsx'
import segments from '../views/pages/segments.tsx'
import settings from '../views/pages/settings.tsx'
import system from '../views/pages/system.tsx'
import user from '../views/pages/user.tsx'
import users from '../views/pages/users.tsx'
import type { Page } from './page.ts'

/** Every page of views/pages; a test finds the file that is missing here. */
export const pages = [
  overview,
  live,
  activity,
  alerts,
  ruleNew,
  alertRule,
  metrics,
  backfill,
  // Before the metrics' own pages: “new” is no key.
  customMetricNew,
  customMetricEdit,
  metric,
  metricRows,
  metricThresholds,
  annotations,
  data,
  rates,
  users,
  erasures,
  user,
  health,
  segments,
  segmentNew,
  segment,
  segmentEdit,
  system,
  emails,
  emailNew,
  settings,
  product,
  prices,
  privacy,
  channels,
  // Before the channels' own pages: “new” is no id.
  channelNew,
  channel,
  schedules,
  schedule,
  admins,
  admin,
  keys,
  audit,
  docsList,
  docs,
  boards,
  board,
] as unknown as readonly Page[]
