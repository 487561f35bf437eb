import type { LiveRegionProps } from './types.ts'

/**
 * What a poll replaces. `src` answers with the same children, an ETag, and nothing when they are unchanged (304).
 * public/live.ts asks only while Auto is on and the tab is seen; errors leave the numbers standing and mark them stale.
 */
export const LiveRegion = ({ src, every, etag, id = 'live', children }: LiveRegionProps) => (
  <div
    id={id}
    class="q-live"
    data-live={every}
    data-etag={etag}
    hx-get={src}
    hx-trigger="qd:poll"
    hx-swap="innerMorph"
    hx-sync="this:drop"
    {...{ 'hx-status:4xx': 'swap:none', 'hx-status:5xx': 'swap:none' }}
  >
    {children}
  </div>
)

/** A sentence for the status region; spoken when a poll changes it. Seen by nobody. */
export const Say = ({ children }: { children: string }) => <span class="q-say" data-say={children} hidden />
