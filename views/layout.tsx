import type { Child } from 'hono/jsx'
import { Document } from './parts/document.tsx'
import { FilterBar } from './parts/filter-bar.tsx'
import { Logo } from './parts/icons.tsx'
import { KeysHelp, Palette } from './parts/palette.tsx'
import { BottomBar, FilterSheet, PhoneMenu } from './parts/phone.tsx'
import { Rail } from './parts/rail.tsx'
import { SavedViewsSheet } from './parts/saved-views.tsx'
import { TitleLine } from './parts/title-line.tsx'
import { StatusRegion, Toasts } from './parts/toast.tsx'
import type { FrameAdmin, LayoutProps } from './parts/types.ts'

/** The frame of every page of the dashboard: rail, title line, filter line, content. */
export const Layout = (props: LayoutProps) => (
  <Document title={props.title} theme={props.admin.theme}>
    <a class="q-skip" href="#main">
      Skip to the content
    </a>
    <div class="q-frame">
      <Rail {...props} />
      <main class="q-column">
        <div class="q-top">
          <TitleLine {...props} />
          {props.filters && <FilterBar {...props.filters} />}
        </div>
        <div class="q-main" id="main" tabindex={-1}>
          {props.children}
        </div>
      </main>
    </div>
    <BottomBar {...props} />
    <PhoneMenu {...props} />
    {props.filters && (
      <FilterSheet filters={props.filters} refresh={props.admin.refresh} every={props.freshness?.every} />
    )}
    {props.filters?.views && <SavedViewsSheet {...props.filters.views} />}
    <Palette />
    <KeysHelp />
    <Toasts />
    <StatusRegion />
  </Document>
)

/** A page without the frame: sign-in, set-up, errors. One narrow card in the middle. */
export const PlainLayout = (props: { title: string; sub?: string; theme?: FrameAdmin['theme']; children?: Child }) => (
  <Document title={props.title} theme={props.theme}>
    <main class="q-plain" id="main">
      <div class="q-plain-brand">
        <Logo size={32} />
        <b>Quarterdeck</b>
      </div>
      <div class="q-card q-plain-card">
        <h1>{props.title}</h1>
        {props.sub && <p class="q-ink-2">{props.sub}</p>}
        {props.children}
      </div>
    </main>
    <StatusRegion />
  </Document>
)
