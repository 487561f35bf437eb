/** A custom metric that every test of them makes, as the API takes it. */
export const COST = {
  key: 'custom.cost_per_job',
  label: 'Cost per job',
  formula: 'ai.cost / jobs.succeeded',
  unit: 'money',
  good: 'down',
  definition: 'What AI costs for each job that succeeds.',
  warn: 0.2,
  crit: 0.5,
}
