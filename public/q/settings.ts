/** What the script's own tag says. */
export interface Settings {
  key: string
  /** Where to send; beside the script itself, so that a path before it is kept. */
  url: string
  user?: string
  tenant?: string
  release?: string
  /** `off`: changes of the address without a load are no page views; `hash`: the address is behind the #. */
  spa?: string
}

/** Undefined without a key, and for visitors who ask not to be tracked unless the tag says that this was answered. */
export function readSettings(): Settings | undefined {
  const tag = (document.currentScript ?? document.querySelector('script[data-key^="qd_pub_"]')) as HTMLScriptElement
  const { key, user, tenant, release, spa, dnt } = tag.dataset
  const { doNotTrack, globalPrivacyControl } = navigator as Navigator & { globalPrivacyControl?: boolean }
  if (!key || ((doNotTrack === '1' || globalPrivacyControl) && dnt !== 'ignore')) return undefined
  return { key, user, tenant, release, spa, url: new URL('v1/vitals', tag.src).href }
}
