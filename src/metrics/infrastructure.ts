import { metrics } from './define.ts'
import type { About } from './metric.ts'
import { lastSample } from './sampled.ts'

/** What stands beneath the watched product: its message server and its database, sampled each minute. */
export default metrics({
  'nats.connections': ofNats('nats.connections', {
    label: 'NATS connections',
    unit: 'connections',
    good: 'neutral',
    definition: 'Clients connected to the NATS server at the last sample of the day.',
    action: 'A sudden fall? Clients lost their server: look at its log.',
  }),
  'nats.messages_in': ofNats('nats.messages_in', {
    label: 'NATS messages in',
    unit: 'messages',
    good: 'neutral',
    definition: 'Messages a second that clients published, between the last two samples.',
    action: 'None while users are online? Whoever publishes is gone.',
  }),
  'nats.messages_out': ofNats('nats.messages_out', {
    label: 'NATS messages out',
    unit: 'messages',
    good: 'neutral',
    definition: 'Messages a second that were delivered to subscribers, between the last two samples.',
    action: 'Far below what comes in? Look at which subject nobody subscribes to.',
  }),
  'nats.slow_consumers': ofNats('nats.slow_consumers', {
    label: 'NATS slow consumers',
    unit: 'connections',
    good: 'down',
    definition: 'Clients that NATS cut off, since it was started, because they did not keep up.',
    action: 'Rising? Those clients lose messages: give them more workers or smaller messages.',
    warn: 0,
  }),
  'nats.round_trip': ofNats('nats.round_trip', {
    label: 'NATS round trip',
    unit: 'ms',
    good: 'down',
    definition: 'Median round trip between the NATS server and its clients.',
    action: 'Rising? Look at the network between them and at the load of the server.',
    warn: 50,
    crit: 500,
  }),
  'source.size': ofSource('source.size', {
    label: 'Source database size',
    unit: 'bytes',
    good: 'neutral',
    definition: 'Size on disk of the watched product’s database, indexes included, at the last sample of the day.',
    action: 'Growing faster than users? Look at which table grows on System.',
  }),
  'source.rows': ofSource('source.rows', {
    label: 'Source database rows',
    unit: 'rows',
    good: 'neutral',
    definition: 'Rows in all tables of the watched product’s database: an estimate of its last analyze.',
    action: 'Jumps? Look at which table on System, and at what was imported.',
  }),
  'source.connections': ofSource('source.connections', {
    label: 'Source connections',
    unit: 'connections',
    good: 'neutral',
    definition: 'Connections to the watched product’s database at the last sample.',
    action: 'Near its limit? Use a pooler, and look for clients that do not give connections back.',
  }),
  'source.slow_queries': ofSource('source.slow_queries', {
    label: 'Slow queries',
    unit: 'queries',
    good: 'down',
    definition: 'Statements of the watched product whose mean time is over half a second (pg_stat_statements).',
    action: 'See the statements on System: most want an index.',
    warn: 0,
  }),
})

function ofNats(name: string, about: About) {
  return lastSample(name, about, 'nats')
}

function ofSource(name: string, about: About) {
  return lastSample(name, about, 'source-database')
}
