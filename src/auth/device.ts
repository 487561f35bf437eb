import Bowser from 'bowser'

/** "Firefox on macOS", as far as a user agent tells. */
export function deviceName(userAgent: string): string {
  // bowser throws on an empty user agent.
  if (userAgent.trim() === '') return 'Unknown device'
  const { browser, os } = Bowser.parse(userAgent)
  if (!browser.name) return userAgent.split(/[\s/]/, 1)[0]?.slice(0, 40) || 'Unknown device'
  return os.name ? `${browser.name} on ${os.name}` : browser.name
}
