import type { Child } from 'hono/jsx'
import { AllUsers } from './all-users.tsx'
import { Badge } from './badge.tsx'
import { Change } from './change.tsx'
import { Hero } from './hero.tsx'
import { Icon } from './icons.tsx'
import { Menu, MenuItem } from './menu.tsx'
import { Degraded, Empty, Failed } from './states.tsx'
import type { CardHero, CardMenu, CardProps, CardState, CardTab, Span } from './types.ts'

/** A titled box in the grid. Its height is the same in all six states, so that nothing jumps. */
export const Card = (props: CardProps & { tabs?: CardTab[]; hero?: CardHero }) => {
  const { id, span = 12, height = 'auto', state = { kind: 'filled' } } = props
  return (
    <section
      class={`q-card q-span-${span} q-card-${state.kind}`}
      id={`card-${id}`}
      aria-labelledby={`title-${id}`}
      aria-busy={state.kind === 'loading' ? 'true' : undefined}
    >
      <AnyHead {...props} />
      <div
        class={`q-card-body q-body-${height}${props.flush && state.kind !== 'error' ? ' q-flush' : ''}`}
        {...(props.scrolls && { tabindex: 0, role: 'group', 'aria-label': `${props.title}, contents` })}
      >
        <Body state={state}>{props.children}</Body>
      </div>
      {props.foot && <footer class="q-card-foot">{props.foot}</footer>}
    </section>
  )
}

const AnyHead = (props: CardProps & { tabs?: CardTab[]; hero?: CardHero }) => {
  if (props.hero) return <Hero {...props.hero} id={props.id} title={props.title} tools={<Tools {...props} />} />
  return props.tabs ? <Tabs {...props} tabs={props.tabs} /> : <Head {...props} />
}

/** Badge of the state and ⋯, at the right of any head. */
const Tools = ({ id, title, state, allUsers, menu }: CardProps) => (
  <span class="q-card-tools">
    <AllUsers whom={allUsers} />
    <StateBadge state={state} />
    {menu && <CardMenuButton id={id} title={title} menu={menu} />}
  </span>
)

const Head = ({ id, title, sub, state, allUsers, tools, link, menu }: CardProps) => (
  <header class="q-card-head">
    <h2 class="q-card-title" id={`title-${id}`}>
      {title}
    </h2>
    {sub && <span class="q-card-sub">{sub}</span>}
    <span class="q-card-tools">
      <AllUsers whom={allUsers} />
      <StateBadge state={state} />
      {tools}
      {link && <a href={link.href}>{link.label}</a>}
      {menu && <CardMenuButton id={id} title={title} menu={menu} />}
    </span>
  </header>
)

/** A head whose title is a row of numbers, one of them chosen. */
const Tabs = ({ tabs, ...props }: CardProps & { tabs: CardTab[] }) => (
  <header class="q-card-tabs">
    <h2 class="q-sr" id={`title-${props.id}`}>
      {props.title}
    </h2>
    <ul>
      {tabs.map((tab) => (
        <li>
          <a class="q-card-tab" href={tab.href ?? `#card-${props.id}`} aria-current={tab.selected ? 'true' : undefined}>
            <span class="q-strip-label">{tab.label}</span>
            <span class="q-strip-line">
              <span class="q-strip-value q-num">{tab.value}</span>
              {tab.change && <Change {...tab.change} />}
            </span>
          </a>
        </li>
      ))}
    </ul>
    <Tools {...props} />
  </header>
)

const StateBadge = ({ state }: { state?: CardState }) => {
  if (state?.kind === 'degraded') return <Badge tone="warn" text="degraded" />
  if (state?.kind === 'stale') return <Badge tone="stale" text={`${state.age} old`} />
  if (state?.kind === 'error') return <Badge tone="crit" text="error" />
  return null
}

const Body = ({ state, children }: { state: CardState; children?: Child }) => {
  switch (state.kind) {
    case 'loading':
      return (
        <div class="q-skeleton">
          <span class="q-bone q-bone-value" />
          <span class="q-bone q-bone-block" />
        </div>
      )
    case 'empty':
      return <Empty {...state} />
    case 'error':
      return <Failed {...state} />
    case 'degraded':
      return (
        <>
          <Degraded {...state} />
          <div class="q-dim">{children}</div>
        </>
      )
    case 'stale':
      return (
        <>
          {state.reason && <Degraded reason={state.reason} at={state.at} />}
          {children}
        </>
      )
    default:
      return children
  }
}

const CardMenuButton = ({ id, title, menu }: { id: string; title: string; menu: CardMenu }) => (
  <Menu kind="icon" icon="dots" name={`${title}: more`} side="right" id={`menu-${id}`}>
    {menu.table && <MenuItem icon="table" label="View as table" note="T" action="table" value={`card-${id}`} />}
    {menu.csv && <MenuItem icon="download" label="CSV" href={menu.csv} download />}
    {menu.json && <MenuItem icon="braces" label="JSON" href={menu.json} />}
    {menu.sql && 'drawer' in menu.sql && <MenuItem icon="code" label="SQL" action="drawer" value={menu.sql.drawer} />}
    {menu.sql && 'href' in menu.sql && <MenuItem icon="code" label="SQL" href={menu.sql.href} />}
    {menu.flags && menu.flags.length > 0 && (
      <>
        <hr />
        <p class="q-menu-foot">Flags on the chart</p>
        {menu.flags.map((flag) => (
          <MenuItem label={flag.label} href={flag.href} selected={flag.selected} />
        ))}
      </>
    )}
    {menu.annotate && (
      <>
        <hr />
        <MenuItem icon="flag" label="Annotate" href={menu.annotate} />
      </>
    )}
    {menu.metric && (
      <>
        <hr />
        <MenuItem icon="chart-line" label="Open metric" href={menu.metric} />
      </>
    )}
  </Menu>
)

/** Twelve columns; on the phone one. */
export const Grid = ({ children }: { children?: Child }) => <div class="q-grid">{children}</div>

/** Cards above each other inside the grid: the attention column. */
export const Stack = ({ span, children }: { span: Span; children?: Child }) => (
  <div class={`q-stack q-span-${span}`}>{children}</div>
)

/** Two cards side by side inside a column; on the phone one above the other. */
export const Pair = ({ children }: { children?: Child }) => <div class="q-inner-grid">{children}</div>

/** What something is: names left, values right. */
export const Facts = ({ items }: { items: { label: Child; value: Child }[] }) => (
  <dl class="q-facts">
    {items.map((item) => (
      <div>
        <dt>{item.label}</dt>
        <dd class="q-num">{item.value}</dd>
      </div>
    ))}
  </dl>
)

/** Two to five choices as one control; links, so that each is an address. */
export const Segments = ({
  name,
  items,
}: {
  name: string
  items: { label: string; href: string; selected?: boolean }[]
}) => (
  <nav class="q-segments" aria-label={name}>
    {items.map((item) => (
      <a href={item.href} aria-current={item.selected ? 'true' : undefined}>
        {item.label}
      </a>
    ))}
  </nav>
)

/** The names of a stacked chart's colours, in the card's head. */
export const Legend = ({ names }: { names: { name: string; color: string | number }[] }) => (
  <ul class="q-legend">
    {names.map((entry) => (
      <li>
        <span class={`q-swatch q-c${entry.color}`} aria-hidden="true" />
        {entry.name}
      </li>
    ))}
  </ul>
)

/** A note inside a card that asks for a look: glyph, words, tint. */
export const Note = ({ tone, children }: { tone: 'warn' | 'crit' | 'info' | 'plain'; children?: Child }) => (
  <p class={`q-note q-note-${tone}`}>
    <Icon name={tone === 'crit' ? 'alert-octagon' : tone === 'warn' ? 'alert-triangle' : 'bulb'} />
    <span>{children}</span>
  </p>
)
