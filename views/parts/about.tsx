import { Moment } from './moment.tsx'
import type { AboutProps } from './types.ts'

/** What stands behind a number: definition, parts, source, time, what to do. Opened by public/popover.ts. */
export const About = ({ id, label, about }: { id: string; label: string; about: AboutProps }) => (
  <div class="q-about" id={id} popover="manual" data-about>
    <p class="q-about-head">
      <b>{label}</b> <code class="q-code">{about.key}</code>
    </p>
    <p class="q-about-text">{about.definition}</p>
    <dl class="q-facts">
      {about.facts?.map((fact) => (
        <div>
          <dt>{fact.label}</dt>
          <dd class={fact.tone ? `q-num q-ink-${fact.tone}` : 'q-num'}>{fact.value}</dd>
        </div>
      ))}
      {about.source && (
        <div>
          <dt>Source</dt>
          <dd>{about.source}</dd>
        </div>
      )}
      {about.computedAt && (
        <div>
          <dt>Computed</dt>
          <dd class="q-num">
            <Moment at={about.computedAt} ago />
          </dd>
        </div>
      )}
      {about.action && (
        <div>
          <dt>What to do</dt>
          <dd>{about.action}</dd>
        </div>
      )}
    </dl>
    {about.links && (
      <p class="q-about-links">
        {about.links.map((link) => (
          <a href={link.href}>{link.label}</a>
        ))}
      </p>
    )}
  </div>
)
