/** A moment as <time>; with `ago` the browser keeps "12 s ago" true (public/clock.ts), the server writes UTC. */
export const Moment = ({ at, text, ago }: { at: Date; text?: string; ago?: boolean }) => {
  const iso = at.toISOString()
  return (
    <time
      datetime={iso}
      title={text ? undefined : `${iso.slice(0, 19).replace('T', ' ')} UTC`}
      data-ago={ago || undefined}
    >
      {text ?? `${iso.slice(11, 19)} UTC`}
    </time>
  )
}
