import { actionOperations } from '../actions/operations.ts'
import { productOperations } from '../actions/product/operations.ts'
import { alertOperations } from '../alerts/operations.ts'
import { annotationOperations } from '../annotations/operations.ts'
import { auditOperations } from '../audit/operations.ts'
import { boardOperations } from '../boards/operations.ts'
import { cohortOperations } from '../cohorts/operations.ts'
import { customMetricOperations } from '../custom-metrics/operations.ts'
import { deliveryOperations } from '../delivery/operations.ts'
import { documentedOperations } from '../documented/all.ts'
import { emailOperations } from '../email/operations.ts'
import { exportOperations } from '../exports/operations.ts'
import { financeOperations } from '../finance/operations.ts'
import { healthOperations } from '../health/operations.ts'
import { metricRowsOperations } from '../metrics-rows/operations.ts'
import { priceOperations } from '../prices/operations.ts'
import { privacyOperations } from '../privacy/operations.ts'
import { scrape } from '../prometheus/mount.ts'
import { ratesOperations } from '../rates/operations.ts'
import { segmentOperations } from '../segments/operations.ts'
import { userOperations } from '../users/operations.ts'
import { feed } from './activity.ts'
import { described } from './described.ts'
import { docsList, docsPage, openapi } from './docs-operations.ts'
import { ingestOperations } from './ingest-operations.ts'
import { metricsOperations } from './metrics-operations.ts'
import type { Operation } from './operation.ts'
import { makeSignedUrl } from './signed-urls.ts'
import { tablesOperations } from './tables-operations.ts'

/** Every operation there is; a test compares them with the routes. */
export const operations = [
  ...metricsOperations,
  ...exportOperations,
  ...metricRowsOperations,
  ...cohortOperations,
  feed,
  ...tablesOperations,
  ...actionOperations,
  ...productOperations,
  ...alertOperations,
  ...annotationOperations,
  ...userOperations,
  ...privacyOperations,
  ...segmentOperations,
  ...healthOperations,
  ...boardOperations,
  ...customMetricOperations,
  ...financeOperations,
  ...ratesOperations,
  ...priceOperations,
  ...deliveryOperations,
  ...emailOperations,
  makeSignedUrl,
  ...auditOperations,
  ...described,
  ...ingestOperations,
  ...documentedOperations,
  scrape,
  openapi,
  docsList,
  docsPage,
] as Operation[]
