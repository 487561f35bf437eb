import type { DocPage } from '../define.ts'

export const filters: DocPage = {
  slug: 'filters',
  title: 'Filters, segments and saved views',
  summary: 'Which days, which users; an address is a view.',
  sections: [
    {
      id: 'bar',
      title: 'The filter bar',
      text: `
Range, comparison, tenant, plan and segment stand in the address: to share what you see, share the address. A link to another page keeps them.

- **Tenant**: one customer organisation; without it all together, computed as such and not added up.
- **Plan**: users by the plan that they were on, day by day.
- **Segment**: users for whom a rule holds now.

A metric that is not kept by user (uptime, say) cannot be told of a plan or a segment: its card says that the filter does not apply, and shows everybody.`,
    },
    {
      id: 'segments',
      title: 'Segments',
      text: `
A segment is a saved rule over what users are, do and pay: “on pro, signed up in May, more than 3 builds in 30 days”. [Segments](/dashboard/segments) lists them and makes new ones. Who belongs to one is found anew when it is used; a segment of yours is seen by others only when it is shared.`,
    },
    {
      id: 'views',
      title: 'Saved views',
      text: 'A page with its filters can be kept under a name, pinned to the rail and, by operators, shared: the menu at the end of the filter bar, or [Saved views](/dashboard/views). A [board](/dashboard/boards) can open with filters of its own.',
    },
  ],
}
