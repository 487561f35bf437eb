import type { ChangeProps } from './types.ts'

const words = { up: 'up', down: 'down', flat: 'unchanged', none: '' }
const verdicts = { better: ', better', worse: ', worse', neutral: '' }

/** ▲ 16.7%: the arrow is the direction, the colour the meaning, and a screen reader hears both. */
export const Change = ({ text, direction, meaning }: ChangeProps) => {
  const arrow = direction === 'up' || direction === 'down'
  return (
    <span class={`q-change q-change-${direction === 'none' ? 'none' : meaning}`}>
      {arrow && (
        <svg class="q-arrow" viewBox="0 0 8 8" aria-hidden="true">
          <path d={direction === 'up' ? 'M4 .8 7.8 7H.2z' : 'M4 7.2.2 1h7.6z'} />
        </svg>
      )}
      {direction !== 'none' && <span class="q-sr">{`${words[direction]} `}</span>}
      {text}
      {direction !== 'none' && verdicts[meaning] && <span class="q-sr">{verdicts[meaning]}</span>}
    </span>
  )
}
