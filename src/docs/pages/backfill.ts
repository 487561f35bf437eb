import { jobs } from '../../jobs/index.ts'
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
      text: 'Each runs once, however many processes there are; [System](/dashboard/system) shows their last runs. Operators can run them by hand.',
      table: () => ({
        caption: 'Jobs',
        head: ['Job', 'Does'],
        rows: jobs.map(({ name, doc }) => [name, doc]),
        code: true,
      }),
    },
  ],
}
