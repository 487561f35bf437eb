import Bowser from 'bowser'
import { isbot } from 'isbot'
import { Lru } from '../lib/lru.ts'

export interface Agent {
  browser: string | null
  os: string | null
  /** desktop, phone, tablet, bot or unknown; null without a user agent. */
  device: string | null
  bot: boolean
}

const NONE: Agent = { browser: null, os: null, device: null, bot: false }
const UNREADABLE: Agent = { ...NONE, device: 'unknown' }
const DEVICES: Record<string, string> = { desktop: 'desktop', mobile: 'phone', tablet: 'tablet' }
const REMEMBERED = 5_000
/** Longer ones exist only to make the patterns slow. */
const MAX_LENGTH = 500

/** Tells browser, operating system and device from a user agent, and programs from people. */
export function createAgentReader(): (userAgent: string) => Agent {
  const known = new Lru<Agent>(REMEMBERED)
  return (userAgent) => (userAgent.trim() === '' ? NONE : known.of(userAgent.slice(0, MAX_LENGTH), read))
}

function read(userAgent: string): Agent {
  const bot = isbot(userAgent)
  try {
    const { browser, os, platform } = Bowser.parse(userAgent)
    const device = bot ? 'bot' : (DEVICES[platform.type ?? ''] ?? 'unknown')
    return { browser: browser.name || null, os: os.name || null, device, bot }
  } catch {
    return bot ? { ...NONE, device: 'bot', bot } : UNREADABLE
  }
}
