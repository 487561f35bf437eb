import { Icon } from './icons.tsx'

export interface ToastProps {
  tone: 'good' | 'crit' | 'info'
  /** Absent in the templates from which the browser makes later ones. */
  title?: string
  text?: string
  link?: { label: string; href: string }
}

const tones = ['good', 'crit', 'info'] as const

/** Where toasts appear; those of a redirect are rendered by the server, later ones by public/toast.ts. */
export const Toasts = ({ items = [] }: { items?: ToastProps[] }) => (
  <section class="q-toasts" id="toasts" aria-label="Messages">
    {tones.map((tone) => (
      <template data-toast-of={tone}>
        <Toast tone={tone} />
      </template>
    ))}
    {items.map((item) => (
      <Toast {...item} />
    ))}
  </section>
)

export const Toast = ({ tone, title, text, link }: ToastProps) => (
  <div class="q-toast" role={tone === 'crit' ? 'alert' : 'status'} data-toast={tone}>
    <Icon name={tone === 'good' ? 'circle-check' : tone === 'crit' ? 'circle-x' : 'info-circle'} tone={tone} />
    <div class="q-toast-text">
      {title && <b>{title}</b>}
      {text && <span>{text}</span>}
    </div>
    {link && <a href={link.href}>{link.label}</a>}
    <button type="button" class="q-btn q-btn-icon q-btn-small" aria-label="Dismiss" data-action="dismiss">
      <Icon name="x" size={14} />
    </button>
  </div>
)

/** The one polite voice of the page; public/live.ts speaks [data-say] of a live region through it when it changes. */
export const StatusRegion = () => <p class="q-sr" id="status" role="status" />
