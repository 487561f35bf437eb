/** Where to go after signing in: a path of this site, and nothing a browser could read as another one. */
export function safeNext(next: string | undefined): string {
  const home = '/dashboard'
  if (!next?.startsWith('/') || next.length > 2_000) return home
  // Browsers read a backslash as a slash, and drop tabs and newlines: "/\t/evil.example" is "//evil.example".
  if (/[^!-~]|\\/.test(next) || next.startsWith('//')) return home
  const url = new URL(next, 'http://here.invalid')
  if (url.host !== 'here.invalid' || /^\/\/|^\/(login|logout|setup)(\/|$)/.test(url.pathname)) return home
  return url.pathname + url.search + url.hash
}
