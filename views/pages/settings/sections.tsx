import type { Child } from 'hono/jsx'
import type { PageContext } from '../../../src/page.ts'
import { isSettingsPage, sectionOf, sectionsFor } from '../../../src/settings/sections.ts'
import { Menu, MenuItem } from '../../parts/index.ts'

interface Props {
  page: { path: string; under?: string }
  context: PageContext
  children?: Child
}

/** A page of the settings beside the list of all their sections; any other page as it is. */
export const WithSections = ({ page, context, children }: Props) => {
  if (!isSettingsPage(page)) return <>{children}</>
  const current = sectionOf(context.path)
  const groups = sectionsFor(context.admin)
  return (
    <div class="q-sectioned">
      <nav class="q-sections" aria-label="Sections of the settings">
        {groups.map(({ group, sections }) => (
          <>
            <h2>{group}</h2>
            <ul>
              {sections.map(({ label, href }) => (
                <li>
                  <a href={href} aria-current={href === current?.href ? 'page' : undefined}>
                    {label}
                  </a>
                </li>
              ))}
            </ul>
          </>
        ))}
      </nav>
      <nav class="q-sections-menu" aria-label="Sections of the settings, as a menu">
        <Menu label={current?.label ?? 'Settings'} icon="list-details" id="menu-sections">
          {groups.map(({ sections }, i) => (
            <>
              {i > 0 && <hr />}
              {sections.map(({ label, href }) => (
                <MenuItem label={label} href={href} selected={href === current?.href} />
              ))}
            </>
          ))}
        </Menu>
      </nav>
      <div class="q-sectioned-page">{children}</div>
    </div>
  )
}
