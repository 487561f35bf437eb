export const CHANNELS_PATH = '/dashboard/settings/channels'

/** The page of a channel. */
export const channelHref = (id: string): string => `${CHANNELS_PATH}/${encodeURIComponent(id)}`

/** A notification with its attempts, on the page of all of them. */
export const deliveryHref = (id: number): string => `${CHANNELS_PATH}?delivery=${id}`
