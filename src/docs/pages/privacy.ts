import type { DocPage } from '../define.ts'

export const privacy: DocPage = {
  slug: 'privacy',
  title: 'Personal data',
  summary: 'What is held of a user, handing it out, erasing it, and the profile that a model writes.',
  sections: [
    {
      id: 'strict',
      title: 'Privacy mode strict',
      text: 'With `PRIVACY=strict` pages, rows, exports, API and mails show of a user only id, e-mail address, plan and counts. What people wrote is dropped at the door in any mode unless `STORE_CONTENT=1` keeps it.',
    },
    {
      id: 'export',
      title: 'Handing out what is held of a user',
      text: `
An owner of all tenants finds **Export data** in the menu Data of the user’s page; a key with the scope \`act\` gets the same at \`/api/users/USER_ID/data\`. It is one JSON document: facts, roll-ups, scores, notes, tags, mails, actions and what the audit log says of them, table by table, also of ids that turned out to be theirs. Each time is in the audit log. In privacy mode strict there is none.`,
    },
    {
      id: 'erase',
      title: 'Erasing a user',
      text: `
**Erase…** in the same menu asks for the id once more, for a reason, and for a recent proof of who you are; under [Erasures](/dashboard/erasures) somebody is found by id whom the product has deleted already. A program says \`DELETE /api/users/USER_ID/data\` with \`{"confirm": "USER_ID", "reason": "…"}\`. From that moment nothing is stored under their ids. What is there is erased in the background, some thousand rows at a time; when it is broken off it goes on by itself.

- **Gone**: e-mail address, names, city, time zone, referrer and traits of the account; notes, tags, mails, written profile and health; words and properties of events, messages, prompts, tickets, feedback, errors, objects; ids of requests; what admins said of them in actions; texts of the audit log about them.
- **Under a pseudonym**: events, calls, jobs, scores, roll-ups, and the amounts of subscriptions, payments and invoices. It is random, \`erased-…\`, and different for each of their ids. Country and plan stay with it.
- **Their name in other texts** (notes about others, alerts, annotations, segments, views) is replaced, where it is an e-mail address or an id of six characters or more that is not a mere number: a shorter one might be anything.
- **As it was**: numbers of past days, also where a day is counted anew, but for two things. They count as a user whom the product has deleted, so totals of users, new users of their day and plan counts are one less. And what is counted by properties (paths, templates) lacks theirs once its day is counted anew.
- **What comes late** with one of their ids is stored under the pseudonym and without what describes them; what says who an id turned out to be is not stored at all. They are known again by an HMAC of the id with \`SECRET_KEY\`: when that key changes, a late fact is somebody new.
- **What stays**: ids in the audit log as the target of its lines, since its chain holds them; ids of messages seen before, so that a replay is not counted; settings of admins who happened to have the same address.

Erase them in the product and at the payment provider first: what those send again by e-mail address alone is somebody new to Quarterdeck. Backups and exported files are yours to clear.`,
    },
    {
      id: 'profile',
      title: 'The written profile',
      text: `
The page of a user has a profile of a few sentences. Rules write it from stored numbers. With \`LLM_URL\`, \`LLM_MODEL\` and, where the server wants one, \`LLM_KEY\`, an operator can have a model write it: any server that speaks the chat-completions protocol. That happens when the button is pressed and never by looking at a page, is in the audit log, and the card says which model wrote it and when. When the model does not answer, the rules’ text stands there and the reason with it.

What is sent are numbers and dates: plan and class, days of activity, calls, cost, errors, jobs, revenue, health. Never an id, a name, an address, a tenant, a place or anything that somebody wrote. In privacy mode strict the profile is hidden, and nothing is sent.`,
    },
  ],
}
