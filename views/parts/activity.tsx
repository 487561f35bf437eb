import { Icon } from './icons.tsx'
import type { ActivityItem } from './types.ts'

/** What happened, newest first: glyph, what, to whom, when. */
export const ActivityList = ({ items, name }: { items: ActivityItem[]; name: string }) => (
  <ol class="q-feed" aria-label={name}>
    {items.map((item) => (
      <li class={item.fresh ? 'q-feed-row q-fresh' : 'q-feed-row'} id={`act-${item.id}`}>
        <Icon name={item.icon} tone={item.tone && item.tone !== 'plain' ? item.tone : '3'} />
        <p class="q-feed-text">
          {item.href ? (
            <a class="q-row-target" href={item.href}>
              {item.title}
            </a>
          ) : (
            <b>{item.title}</b>
          )}{' '}
          {item.detail && <span class="q-ink-2">{item.detail}</span>}
        </p>
        <time class="q-feed-time q-num" datetime={item.at.toISOString()}>
          {item.time}
        </time>
      </li>
    ))}
  </ol>
)
