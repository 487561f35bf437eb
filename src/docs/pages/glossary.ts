import type { DocPage } from '../define.ts'

const WORDS: Record<string, string> = {
  active:
    'A user with at least one event that is not passive, API call or job on the day; what counts is set by ACTIVE_DEFINITION.',
  admin: 'A person who signs in to Quarterdeck: viewer, operator or owner.',
  'API call': 'One call that the product made or served, AI calls included.',
  customer: 'The account that pays: the tenant if the subscription names one, else the user.',
  event: 'Something a user did: time, user, session, name, properties.',
  fact: 'A row of raw input: an event, a call, a job, a payment. Facts are appended, or replaced by their id.',
  job: 'Queued work: a build, a preview, a document.',
  lapsed: 'Active in the 30 days before last, not in the last 30. It is about activity; churned is about money.',
  object: 'A thing with a life in the product: a project, a contract, a repository.',
  'roll-up': 'A small table folded from facts by hour or day; pages read nothing else.',
  scope: 'All tenants together, or one of them.',
  segment: 'A saved rule over users.',
  snapshot: 'The value of every metric for one day and scope, stored.',
  source: 'Where facts or readings come from; each has a state.',
  tenant: 'A customer organisation of the watched product.',
  user: 'A person who uses the watched product; never an admin of Quarterdeck.',
}

export const glossary: DocPage = {
  slug: 'glossary',
  title: 'Glossary',
  summary: 'The words of these pages.',
  sections: [
    {
      id: 'words',
      title: 'Words',
      text: 'What a metric means is in the [handbook](/dashboard/metrics).',
      table: () => ({ caption: 'Words', head: ['Word', 'Means'], rows: Object.entries(WORDS) }),
    },
  ],
}
