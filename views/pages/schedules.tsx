import { requireJobs } from '../../src/jobs/by-hand.ts'
import { dayScheduleOf } from '../../src/jobs/cron.ts'
import type { Job } from '../../src/jobs/define.ts'
import type { Card as Loaded } from '../../src/lib/settle.ts'
import { card, definePage } from '../../src/page.ts'
import { listSchedules, type Scheduled } from '../../src/schedules/load.ts'
import { SCHEDULES_PATH } from '../../src/schedules/paths.ts'
import { Icon } from '../parts/index.ts'
import { SchedulesCard } from './schedules/table.tsx'

/** The jobs in three cards, by how they come. */
const CARDS: { id: string; title: string; of: (job: Job) => boolean }[] = [
  { id: 'daily', title: 'Once a day or a month', of: ({ schedule }) => schedule !== null && isDaily(schedule) },
  { id: 'often', title: 'All the time', of: ({ schedule }) => schedule !== null && !isDaily(schedule) },
  { id: 'by-hand', title: 'By hand', of: ({ schedule }) => schedule === null },
]
const isDaily = (schedule: string): boolean => dayScheduleOf(schedule) !== undefined

/** What Quarterdeck does by the clock: when, how it went, and when it comes again. */
export default definePage<Loaded<Scheduled[]>>({
  path: SCHEDULES_PATH,
  under: '/dashboard/settings',
  title: 'Schedules',
  group: 'Work',
  order: 83,
  role: 'viewer',
  every: 5,
  filters: 'none',
  load: (context) => {
    requireJobs(context.admin)
    return card(context, 'schedules', () => listSchedules(context.deps))
  },
  frame: () => ({
    crumbs: [{ label: 'Settings', href: '/dashboard/settings' }],
    actions: (
      <a class="q-btn" href="/dashboard/audit?action=job">
        <Icon name="shield-check" />
        Who ran what
      </a>
    ),
  }),
  Live: ({ data, context }) => (
    <div class="q-flow q-fit-tables">
      {CARDS.map((one) => (
        <SchedulesCard {...one} sub={`times of ${context.deps.config.timeZone}`} found={data} context={context} />
      ))}
    </div>
  ),
})
