import type { Deps } from '../../src/context.ts'
import type { AdminWho } from '../../src/env.ts'
import { definePage, type PageContext } from '../../src/page.ts'
import { KIND_NAMES, kindOf } from '../../src/segments/conditions.ts'
import { type Preview, previewOf, whyNoSegments } from '../../src/segments/editor.ts'
import { type Draft, draftOf, emptyDraft } from '../../src/segments/form.ts'
import { ownKey } from '../../src/segments/own-key.ts'
import { SEGMENTS_PATH, segmentHref } from '../../src/segments/paths.ts'
import { MAX_NAME, mayChange, usableSegment } from '../../src/segments/store.ts'
import type { Segment } from '../../src/segments/types.ts'
import { type EditorProps, SegmentEditor } from './segment/editor.tsx'

interface Data {
  draft: Draft
  preview: Preview
  segment?: Segment
}

const shared = {
  under: SEGMENTS_PATH,
  group: 'People',
  role: 'operator',
  filters: 'none',
  personal: ownKey,
  Live: ({ data, context }: { data: Data; context: PageContext }) => (
    <SegmentEditor {...editorProps(context.deps, context.admin, data)} />
  ),
} as const

/** A new segment. */
export const segmentNew = definePage<Data>({
  ...shared,
  path: `${SEGMENTS_PATH}/new`,
  title: 'New segment',
  order: 71,
  load: async ({ deps, admin }) => {
    const draft = emptyDraft()
    return { draft, preview: await previewOf(deps, admin, draft) }
  },
  frame: () => ({ crumbs: [{ label: 'Segments', href: SEGMENTS_PATH }] }),
})

/** A segment that is there. */
export default definePage<Data>({
  ...shared,
  path: `${SEGMENTS_PATH}/:id/edit`,
  title: 'Change segment',
  order: 73,
  load: async ({ deps, admin, param }) => {
    const segment = await usableSegment(deps, admin, param.id ?? '')
    const draft = draftOf(segment)
    return { segment, draft, preview: await previewOf(deps, admin, draft) }
  },
  frame: ({ data: { segment } }) => ({
    title: segment ? `Change ${segment.name}` : 'Change segment',
    crumbs: [
      { label: 'Segments', href: SEGMENTS_PATH },
      ...(segment ? [{ label: segment.name, href: segmentHref(segment.slug) }] : []),
    ],
  }),
})

/** What the editor needs, for the pages and for what its buttons ask for. */
export function editorProps(deps: Deps, admin: AdminWho, { draft, preview, segment }: Data): EditorProps {
  const strict = deps.config.privacy === 'strict'
  const foreign = segment && !mayChange(deps, admin, segment)
  return {
    draft,
    preview,
    kinds: KIND_NAMES.filter((name) => !(strict && kindOf(name).personal)),
    currency: deps.config.currency,
    maxName: MAX_NAME,
    action: segment ? segmentHref(segment.slug) : SEGMENTS_PATH,
    redraw: `${SEGMENTS_PATH}/form`,
    ...(segment && { slug: segment.slug }),
    off: whyNoSegments(deps, admin) ?? (foreign ? 'It is somebody else’s.' : undefined),
  }
}
