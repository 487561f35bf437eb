/** Where the jobs of Quarterdeck are listed. */
export const SCHEDULES_PATH = '/dashboard/settings/schedules'

/** The page of a job, with one of its runs. */
export const jobPath = (job: string, run?: string): string =>
  `${SCHEDULES_PATH}/${encodeURIComponent(job)}${run ? `?run=${run}` : ''}`
