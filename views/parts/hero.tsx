import type { Child } from 'hono/jsx'
import { StateMark } from './badge.tsx'
import { Change } from './change.tsx'
import type { CardHero } from './types.ts'

/** The number first, large, with its change and base; at its right what its days say. */
export const Hero = (props: CardHero & { id: string; title: string; tools: Child }) => (
  <header class="q-hero">
    <div class="q-hero-main">
      <h2 class="q-sr" id={`title-${props.id}`}>
        {props.title}
      </h2>
      <p class="q-label">{props.label}</p>
      <p class="q-hero-line">
        <span class={`q-hero-value q-num${props.value === null ? ' q-none' : props.dim ? ' q-ink-3' : ''}`}>
          {props.value ?? '—'}
        </span>
        <StateMark mark={props.mark} />
      </p>
      <p class="q-hero-change">
        {props.change && <Change {...props.change} />}
        {props.base && <span class="q-base">{props.base}</span>}
      </p>
    </div>
    <dl class="q-hero-stats">
      {props.stats.map((stat) => (
        <div>
          <dt class="q-label">{stat.label}</dt>
          <dd>
            <b class="q-num">{stat.value}</b>
            <span>{stat.note}</span>
          </dd>
        </div>
      ))}
    </dl>
    {props.tools}
  </header>
)
