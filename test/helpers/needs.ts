import { existsSync } from 'node:fs'

/** `npm test` sets these where a program is missing: describe.skipIf(withoutBrowser)(…). */
export const withoutBrowser = process.env.TEST_WITHOUT_BROWSER === '1'
export const withoutRedis = process.env.TEST_WITHOUT_REDIS === '1'
export const withoutNats = process.env.TEST_WITHOUT_NATS === '1'
/** And promtool, which comes with it. */
export const withoutPrometheus = process.env.TEST_WITHOUT_PROMETHEUS === '1'

/** The browser of the tests. */
export const chromiumPath =
  process.env.CHROMIUM_PATH ??
  ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) => existsSync(path)) ??
  'chromium'
