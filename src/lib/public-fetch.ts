import { lookup as dnsLookup, type LookupAddress } from 'node:dns'
import http from 'node:http'
import https from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { Readable } from 'node:stream'
import { within } from './networks.ts'
import { OutgoingError } from './outgoing.ts'

/**
 * `fetch`, as far as `outgoing` needs it, to addresses of the public internet alone: for URLs that an admin enters,
 * which must not become a way to the machines behind this one.
 */
export const publicFetch: typeof fetch = (input, init) => fetchUnless(isPrivate, input, init)

/**
 * The address is checked when the connection looks it up, so that a name cannot answer with a public address first and
 * with a private one afterwards.
 */
export function fetchUnless(
  isRefused: (address: string) => boolean,
  input: string | URL | Request,
  { method = 'GET', headers, body, signal }: RequestInit = {},
): Promise<Response> {
  const url = new URL(input instanceof Request ? input.url : input)
  const options = { method, headers: Object.fromEntries(new Headers(headers)), lookup: lookupUnless(isRefused) }
  return new Promise((resolve, reject) => {
    const host = url.hostname.replace(/^\[|\]$/g, '')
    // A literal address is connected to without a lookup.
    if (isIP(host) && isRefused(host)) throw refusal(host)
    const client = url.protocol === 'https:' ? https : http
    const request = client.request(url, { ...options, signal: signal ?? undefined }, (incoming) => {
      try {
        resolve(responseOf(incoming))
      } catch (error) {
        // A status that a Response cannot have (999): thrown from here it would end the process.
        incoming.destroy()
        reject(error)
      }
    })
    request.on('error', reject)
    request.end(typeof body === 'string' ? body : undefined)
  })
}

const lookupUnless =
  (isRefused: (address: string) => boolean): LookupFunction =>
  (host, options, done) => {
    dnsLookup(host, { ...options, all: true }, (error, found: LookupAddress[]) => {
      if (error) return done(error, '')
      if (found.some(({ address }) => isRefused(address))) return done(refusal(host), '')
      const [first] = found
      return options.all ? done(null, found) : done(null, first!.address, first!.family)
    })
  }

const refusal = (host: string) =>
  new OutgoingError(
    'refused',
    `${host} is an address of a private network, to which nothing is sent unless ALLOW_PRIVATE_WEBHOOKS=1`,
  )

const WITHOUT_BODY = new Set([204, 205, 304])

function responseOf(incoming: http.IncomingMessage): Response {
  const headers = new Headers()
  for (let n = 0; n < incoming.rawHeaders.length; n += 2)
    headers.append(incoming.rawHeaders[n]!, incoming.rawHeaders[n + 1]!)
  const status = incoming.statusCode!
  if (WITHOUT_BODY.has(status)) incoming.resume()
  const body = WITHOUT_BODY.has(status) ? null : (Readable.toWeb(incoming) as ReadableStream)
  return new Response(body, { status, headers })
}

/** Whether an address lies on this machine, in a private network, or in a range that may stand for one. */
export const isPrivate = within(
  [
    ['0.0.0.0', 8],
    ['10.0.0.0', 8],
    ['100.64.0.0', 10],
    ['127.0.0.0', 8],
    ['169.254.0.0', 16],
    ['172.16.0.0', 12],
    ['192.0.0.0', 24],
    ['192.168.0.0', 16],
    ['198.18.0.0', 15],
    ['224.0.0.0', 3],
  ],
  [
    ['::', 96],
    ['64:ff9b::', 96],
    ['64:ff9b:1::', 48],
    ['2002::', 16],
    ['fc00::', 7],
    ['fe80::', 10],
    ['fec0::', 10],
    ['ff00::', 8],
  ],
)
