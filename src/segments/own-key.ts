import type { AdminWho } from '../env.ts'
import { version } from './version.ts'

/** Pages about segments are kept for each admin alone: what is one's own is shown to nobody else, and a change at once. */
export const ownKey = ({ id }: AdminWho): string => `${id}|${version()}`
