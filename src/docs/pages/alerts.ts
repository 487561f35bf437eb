import { HISTORY_DAYS } from '../../alerts/conditions/define.ts'
import { CONDITION_NAMES, conditionKinds } from '../../alerts/conditions/index.ts'
import { MAX_SUBJECTS } from '../../alerts/subjects.ts'
import { LEAST_DAYS } from '../../forecast/forecast.ts'
import type { DocPage } from '../define.ts'

export const alerts: DocPage = {
  slug: 'alerts',
  title: 'Alert rules',
  summary: 'What a rule can watch for, how a forecast is made, and rules as files.',
  sections: [
    {
      id: 'conditions',
      title: 'What fires',
      text: 'Each rule is checked every minute, and can be tried on the past before it is saved. It waits as long as “for” says, ends when it has been well for long enough, and has one open alert for each value it watches.',
      table: () => ({
        caption: 'Kinds of conditions',
        head: ['Kind', 'A rule fires when'],
        rows: CONDITION_NAMES.map((name) => [
          name,
          name === 'source' ? 'a source is away' : `a metric ${conditionKinds[name].label}`,
        ]),
        code: true,
      }),
    },
    {
      id: 'each',
      title: 'An alert for each value',
      text: `
A rule can watch each value of a dimension by itself: the error rate of each service, or, over minutes and hours, of each tenant. Of more than ${MAX_SUBJECTS} values it watches the ${MAX_SUBJECTS} largest (of amounts that are not to fall below a limit the smallest), and those that have an alert; its page then says how many there are. A value that nothing is heard of any more counts as 0 where it is an amount; as a share it is taken to be well as long as others are heard of.`,
    },
    {
      id: 'ends',
      title: 'When an alert ends',
      text: `
An alert ends when what was bad has been read and is well. Of fewer calls than a rule asks for nothing is concluded, and a silence of data ends with data alone, however long it lasts. A rule whose metric cannot be read says so, with the reason, in the list of rules and on its page; its alerts stay as they are until it can be read again, and the run of the job \`minute\` has failed meanwhile. Where the metric itself is gone, the alerts of the rule end with that reason.

That an alert is over is told to the channels that were told that it fires, whatever the rule says by then.`,
    },
    {
      id: 'silences',
      title: 'What a silence does',
      text: `
A silence is of a rule and the value it watches, not of one alert: the next alert of the same is silenced for as long as is left. While it lasts nothing is told. When it ends, what still fires and was not told is told, and so is the end of what was told before; what came and went meanwhile stays in the history alone. A silence that outlasts its alert is listed under “Silenced” until it is over, and can be ended there.`,
    },
    {
      id: 'unusual',
      title: 'What is unusual',
      text: `
Of one day as a whole, yesterday or a level of today, the forecast from the ${HISTORY_DAYS - 1} days before says what is to be expected, with its trend and its weekday; what lies further away than so many of its deviations is unusual. Days that were themselves far from what was expected, such as an outage, are taken for unknown, or they would hide the next one for weeks. In simulations 1 day of 100 lay further away than 3 deviations although nothing had happened, and 1 of 600 further than 4. Of minutes and hours, of several days together, and of each value of a dimension, and as long as fewer than ${LEAST_DAYS} days are known, it is the median of the same time on the last 28 days of its sort (working days, or days of the weekend), give or take so many deviations from it.`,
    },
    {
      id: 'forecasts',
      title: 'How a forecast is made',
      text: `
A forecast goes on with the days of the last twelve weeks, of which at least ${LEAST_DAYS} have to be known. The method is exponential smoothing with a pattern of the week, as in Hyndman and Athanasopoulos, Forecasting: Principles and Practice (3rd edition, chapter 8): level, trend and weekdays each follow what was seen, and how fast they follow is chosen so that each day is forecast best from the day before. Six shapes are tried, with a trend that is steady, fades, or is none, with weekdays and without; the forecast is the mean of those that the days do not rule out (AICc at most 10 above the best).

The day in an alert is the first one that is forecast beyond the limit. The days between which it may be are those on which the edges of the 80% interval pass it. In simulations of twelve weeks the interval held what came in about 80 of 100 cases a day and a week ahead, in 75 to 82 two weeks ahead, and in fewer beyond: the further ahead, the more it is a hint. It knows nothing of holidays, prices and plans.`,
    },
    {
      id: 'files',
      title: 'Rules as files',
      text: `
All rules can be exported as one YAML file and [imported](/dashboard/alerts/rules/import) again. An import shows first what it would do, or everything that is wrong with the file, each with its line; then it makes all the changes or none. A rule that the file calls by the name of one that is there (\`rule: error-rate\`) takes its place, any other is new, and rules that are not in the file stay as they are. Programs put single rules to [the API](/api/docs).`,
    },
  ],
}
