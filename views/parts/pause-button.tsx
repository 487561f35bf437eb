import { Icon } from './icons.tsx'

/** Holds a stream still while it is read; public/live.ts knows the button by its action. */
export const PauseButton = ({ small = false }: { small?: boolean }) => (
  <button
    type="button"
    class={small ? 'q-btn q-btn-small' : 'q-btn'}
    data-action="pause"
    aria-pressed="false"
    title="Pause or resume (P)"
  >
    <span class="q-pause-off">
      <Icon name="player-pause" />
      Pause
    </span>
    <span class="q-pause-on">
      <Icon name="player-play" />
      Resume
    </span>
  </button>
)
