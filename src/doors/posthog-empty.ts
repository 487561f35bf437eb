import type { Hono } from 'hono'
import type { Env } from '../env.ts'
import { leanResponse } from '../lib/lean.ts'

const FLAGS = { flags: {}, featureFlags: {}, featureFlagPayloads: {}, errorsWhileComputingFlags: false }

const DEFINITIONS = { flags: [], group_type_mapping: {}, cohorts: {} }

/** What a browser client may do: send events, packed; nothing that needs more than that of a server. */
const CONFIG = {
  supportedCompression: ['gzip', 'gzip-js'],
  hasFeatureFlags: false,
  sessionRecording: false,
  heatmaps: false,
  surveys: false,
  capturePerformance: false,
  autocaptureExceptions: false,
  siteApps: [],
  analytics: { endpoint: '/i/v0/e/' },
  isAuthenticated: false,
  toolbarParams: {},
}

/** What PostHog's clients ask besides sending events, and an answer that says: there is none. */
const ANSWERS: Record<string, unknown> = {
  'POST /flags': FLAGS,
  'POST /decide': { ...FLAGS, ...CONFIG },
  'GET /flags/definitions': DEFINITIONS,
  'GET /api/feature_flag/local_evaluation': DEFINITIONS,
  'GET /api/projects/:project/feature_flags/:flag/remote_config': null,
  'GET /array/:token/config': CONFIG,
  'GET /api/surveys': { surveys: [] },
  'GET /api/early_access_features': { earlyAccessFeatures: [] },
  'GET /api/web_experiments': { experiments: [] },
  'POST /s': { status: 1 },
}

const JSON_TYPE = { 'content-type': 'application/json' }
const SCRIPT_TYPE = { 'content-type': 'text/javascript' }

/**
 * Feature flags, remote configuration and recordings are PostHog's own. Its clients ask for them all the same, and
 * what they get is constant and empty: nobody learns anything from it, so no key is asked for.
 */
export function mountEmptyAnswers(app: Hono<Env>): void {
  for (const [call, answer] of Object.entries(ANSWERS)) {
    const [method, path] = call.split(' ') as [string, string]
    const body = JSON.stringify(answer)
    app.on(method, [path, `${path}/`], () => leanResponse(body, 200, JSON_TYPE))
  }
  // Without the script the client asks for the configuration as JSON.
  app.get('/array/:token/config.js', () => leanResponse('', 200, SCRIPT_TYPE))
  // Answered here, as the path holds a key and what is not found is written to the log.
  app.all('/array/*', () => leanResponse(null, 404, {}))
}
