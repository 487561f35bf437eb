import type { Context } from 'hono'
import { CardCache } from './cache.ts'
import { etagMatches, etagOf } from './etag.ts'
import { leanResponse } from './lean.ts'
import { type Coding, codingOf, pack } from './pack.ts'

/** A rendered piece of a page, with what it was rendered from. */
export interface Fragment {
  data: unknown
  html: string
  /** What a poll brings beside it, for places outside of the live part. */
  aside: string
  etag: string
  at: Date
  /** Compressed on first use, then kept. */
  packed?: Partial<Record<Coding, Promise<Buffer>>>
}

/** With its cards' 2.5 s what a poll answers is usually some 4 s old, and 7.5 at most; 15 where cards take long. */
const MAX_TTL_MS = 5_000
/** What is polled more often than every 20 s is rendered anew for each poll but those of the same moment. */
const TTL_SHARE = 0.25

/** Rendered fragments for some seconds, so that a poll which changed nothing costs a look-up and a 304. */
export class FragmentCache {
  readonly #cache: CardCache

  constructor(now: () => Date) {
    this.#cache = new CardCache({ now, ttlMs: MAX_TTL_MS, max: 100 })
  }

  /** The fragment of the key, polled every so many seconds; `render` answers undefined where there is no such page. */
  async get(
    key: string,
    render: () => Promise<Pick<Fragment, 'data' | 'html' | 'aside'> | undefined>,
    everyS = 30,
  ): Promise<Fragment | undefined> {
    const make = async () => {
      const made = await render()
      return made && { ...made, etag: etagOf(withoutClock(made.html + made.aside)) }
    }
    const { value, at } = await this.#cache.get(key, make, Math.min(MAX_TTL_MS, everyS * 1_000 * TTL_SHARE))
    return value && Object.assign(value, { at })
  }

  /** The fragment of the key while it is fresh; nothing is rendered. */
  fresh(key: string): Fragment | undefined {
    return this.#cache.fresh<Fragment | undefined>(key)?.value
  }
}

const headersOf = ({ etag }: Fragment): Record<string, string> => ({
  'Cache-Control': 'private, no-cache',
  ETag: `W/${etag}`,
  Vary: 'Accept-Encoding, Cookie',
})

/** 304 where the client has the fragment already. */
export function unchanged(ifNoneMatch: string | undefined, fragment: Fragment): Response | undefined {
  return etagMatches(ifNoneMatch, fragment.etag) ? leanResponse(null, 304, headersOf(fragment)) : undefined
}

/** Answers with the fragment, or with 304 where the client has it. */
export async function sendFragment(c: Context, fragment: Fragment): Promise<Response> {
  const same = unchanged(c.req.header('if-none-match'), fragment)
  if (same) return same
  const headers = { ...headersOf(fragment), 'Content-Type': 'text/html; charset=utf-8' }
  const coding = codingOf(c.req.header('accept-encoding'))
  const body = fragment.html + fragment.aside
  if (!coding) return leanResponse(body, 200, headers)
  fragment.packed ??= {}
  fragment.packed[coding] ??= pack(body, coding)
  const packed = await fragment.packed[coding]
  return leanResponse(new Uint8Array(packed), 200, { ...headers, 'Content-Encoding': coding })
}

/** When and how fast a number was computed: that it was computed anew, to the same value, is no change. */
function withoutClock(html: string): string {
  return html.replace(/<(time|span) [^>]*data-(?:ago|volatile)[^>]*>[^<]*<\/\1>/g, '')
}
