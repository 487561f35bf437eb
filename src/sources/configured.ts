import type { Config } from '../config.ts'
import { logPaths } from '../connectors/logs.ts'
import { sourceOf } from '../connectors/logs-file.ts'
import { probeName } from '../connectors/probe.ts'

/** A place that is read or asked, and the setting that says where it is. */
export interface LiveSource {
  source: string
  setting: string
}

/** The sources that this configuration has, besides our own database; each says by itself how it is doing. */
export function configuredSources(config: Config): LiveSource[] {
  return SOURCES.flatMap(({ setting, sources }) => sources(config).map((source) => ({ source, setting })))
}

/** The kinds of sources that are not set, with the setting that would. */
export function missingSources(config: Config): LiveSource[] {
  return SOURCES.flatMap(({ kind, setting, sources }) =>
    sources(config).length === 0 ? [{ source: kind, setting }] : [],
  )
}

const SOURCES: { kind: string; setting: string; sources: (config: Config) => string[] }[] = [
  {
    kind: 'source-database',
    setting: 'SOURCE_DATABASE_URL',
    sources: (c) => (c.sourceDatabaseUrl ? ['source-database'] : []),
  },
  { kind: 'redis', setting: 'REDIS_URL', sources: (c) => (c.redisUrl ? ['redis'] : []) },
  { kind: 'logs', setting: 'LOG_FILES', sources: (c) => logPaths(c).map(sourceOf) },
  { kind: 'mainapp', setting: 'MAIN_APP_URL', sources: (c) => (c.mainAppUrl ? ['mainapp'] : []) },
  { kind: 'nats', setting: 'NATS_URL', sources: (c) => (c.natsUrl ? ['nats'] : []) },
  { kind: 'probe', setting: 'PROBE_URLS', sources: (c) => c.probeUrls.map((url) => `probe:${probeName(url)}`) },
]
