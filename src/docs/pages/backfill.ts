import { STAGES } from '../../funnels/stages.ts'
import { dailySteps } from '../../jobs/daily-steps.ts'
import { jobs } from '../../jobs/index.ts'
import { scheduleWords } from '../../jobs/schedule-words.ts'
import type { DocPage } from '../define.ts'

export const backfill: DocPage = {
  slug: 'backfill',
  title: 'Backfill and jobs',
  summary: 'Stored days, when they are computed, and how to compute them anew.',
  sections: [
    {
      id: 'stored',
      title: 'Stored days',
      text: `
Facts are folded into small tables within seconds. Of a day that is over, the daily tasks store the value of every metric; today is always computed from the small tables. A fact that comes late marks the days it changes, and they are computed anew by themselves.

So a backfill is rarely needed: after an import of old facts that should be seen at once, after a change of a definition or of what counts as active, or after a repair.`,
    },
    {
      id: 'run',
      title: 'Computing days anew',
      text: `
[Backfill](/dashboard/backfill) shows the days, how far a run is, and cancels it. The same at the command line, beside a running server; interrupted, the same command goes on where it was:

\`\`\`sh
quarterdeck backfill --from 2026-10-01 --to 2026-10-31
quarterdeck backfill --from 2026-10-01 --to 2026-10-31 --metric users.dau
quarterdeck backfill --from 2026-10-01 --to 2026-10-31 --rebuild
quarterdeck job run daily
\`\`\`

\`--rebuild\` first makes the small tables again from the raw facts. Days whose raw facts are gone (\`RETENTION_DAYS\`) keep what they have.`,
    },
    {
      id: 'aged',
      title: 'Older definitions',
      text: 'When the definition of a metric has changed, days that were stored under the older one are marked on its page until they are backfilled.',
    },
    {
      id: 'jobs',
      title: 'Jobs',
      text: 'Each runs once, however many processes there are. [Schedules](/dashboard/settings/schedules) tells of each when it comes, how it went and when it comes again, and operators run it there by hand. Times are of `TIME_ZONE`: one that clocks skip comes when they have jumped, one that they show twice comes once, and one that nobody was there for is made up for. The metric [Own jobs failing](/dashboard/metrics/system.own_jobs_failing) has an alert rule from the start.',
      table: () => ({
        caption: 'Jobs',
        head: ['Job', 'When', 'Does'],
        rows: jobs.map(({ name, schedule, doc }) => [name, scheduleWords(schedule), doc]),
        code: true,
      }),
    },
    {
      id: 'daily',
      title: 'The daily tasks',
      text: `
One run of several steps, each with its own state on [its page](/dashboard/settings/schedules/daily). A step that fails does not stop the others: the run then says in how many it failed and why, and is tried again after an hour. A run whose process died is gone on with at the step where it was.

Programs begin one with \`POST /api/jobs/daily/run\`, and \`/api/jobs/runs/ID\` tells its steps. Its tables can be had as files: \`/exports/funnel-snapshots.csv\` and \`/exports/component-gaps.csv\`.`,
      table: () => ({
        caption: 'Steps of the daily tasks',
        head: ['Step', 'Does'],
        rows: dailySteps.map(({ label, doc }) => [label, doc]),
      }),
    },
    {
      id: 'funnel',
      title: 'The funnel of each day',
      text: 'Visitors count on each day on which they come without an account; a later stage counts once for each user, on the day they reached it first. A stage that nobody ever reached is unknown, not zero.',
      table: () => ({
        caption: 'Stages of the funnel',
        head: ['Stage', 'Who is counted'],
        rows: STAGES.map(({ label, doc }) => [label, doc]),
      }),
    },
  ],
}
