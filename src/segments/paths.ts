export const SEGMENTS_PATH = '/dashboard/segments'

/** The page of one segment. */
export const segmentHref = (slug: string): string => `${SEGMENTS_PATH}/${slug}`
