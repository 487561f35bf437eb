import { cardState } from '../../src/card-state.ts'
import { requireJobs } from '../../src/jobs/by-hand.ts'
import { findJob } from '../../src/jobs/index.ts'
import { scheduleWords } from '../../src/jobs/schedule-words.ts'
import { momentText } from '../../src/lib/dates.ts'
import { type Card as Loaded, shownOf } from '../../src/lib/settle.ts'
import { card, definePage, type PageContext } from '../../src/page.ts'
import { type JobRuns, loadJob } from '../../src/schedules/load.ts'
import { SCHEDULES_PATH } from '../../src/schedules/paths.ts'
import { Card, Facts, Grid, Stack } from '../parts/index.ts'
import { RunCard, RunsCard, StepsCard } from './schedules/run.tsx'

interface Props {
  data: Loaded<JobRuns | undefined>
  context: PageContext
}

/** One job: what it does, a run of it with its steps as they come, and the runs before. */
export default definePage<Props['data']>({
  path: `${SCHEDULES_PATH}/:job`,
  under: '/dashboard/settings',
  title: 'Job',
  group: 'Work',
  order: 84,
  role: 'viewer',
  every: 2,
  params: ['run', 'told'],
  filters: 'none',
  load: async (context) => {
    requireJobs(context.admin)
    const { deps, param, query } = context
    if (!findJob(param.job ?? '')) return undefined
    const key = `${param.job} ${query.run} ${query.told}`
    return await card(context, 'schedule', () => loadJob(deps, param.job ?? '', query.run ?? ''), { key })
  },
  frame: ({ context: { param } }) => ({
    title: findJob(param.job ?? '')?.label,
    crumbs: [
      { label: 'Settings', href: '/dashboard/settings' },
      { label: 'Schedules', href: SCHEDULES_PATH },
    ],
  }),
  Live: (props) => {
    const found = shownOf(props.data)
    if (!found) return <Card id="run" title="Run" state={cardState(props.data, props.context.deps.now())} />
    return (
      <Grid>
        <Stack span={8}>
          <RunCard found={found} context={props.context} />
          <StepsCard found={found} context={props.context} />
        </Stack>
        <Stack span={4}>
          <AboutCard found={found} context={props.context} />
          <RunsCard found={found} context={props.context} />
        </Stack>
      </Grid>
    )
  },
})

const AboutCard = ({
  found: { job, nextAt },
  context: { deps, filters },
}: {
  found: JobRuns
  context: PageContext
}) => (
  <Card id="about" title="What it does">
    <p>{job.doc}</p>
    <Facts
      items={[
        { label: 'When', value: scheduleWords(job.schedule) },
        { label: 'Time zone', value: deps.config.timeZone },
        {
          label: 'Next',
          value: nextAt ? momentText(nextAt, filters.today, deps.config.timeZone) : 'when it is asked for',
        },
        { label: 'By a program', value: `POST /api/jobs/${job.name}/run` },
      ]}
    />
  </Card>
)
