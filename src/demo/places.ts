/** Where Acme Studio's users live. Each prefix lies in an address block of that country, so GeoIP answers it. */
export interface Place {
  country: string
  weight: number
  timeZone: string
  /** Hours from UTC; the simulation leaves summer time out. */
  offset: number
  /** The first two bytes of the users' addresses. */
  networks: readonly string[]
  cities: readonly string[]
}

export const PLACES: readonly Place[] = [
  place('US', 22, 'America/New_York', -5, ['24.0', '71.0', '98.0'], ['New York', 'Boston', 'Atlanta']),
  place('US', 10, 'America/Los_Angeles', -8, ['12.0', '24.0', '98.0'], ['San Francisco', 'Seattle', 'Portland']),
  place('NG', 11, 'Africa/Lagos', 1, ['41.58', '105.112', '197.210', '102.89'], ['Lagos', 'Abuja', 'Ibadan']),
  place('IN', 12, 'Asia/Kolkata', 5.5, ['49.36', '106.51', '117.192', '157.32'], ['Bengaluru', 'Pune', 'Delhi']),
  place('GB', 9, 'Europe/London', 0, ['81.128', '86.128', '90.192', '92.0'], ['London', 'Leeds', 'Bristol']),
  place('DE', 8, 'Europe/Berlin', 1, ['84.128', '91.0', '79.192', '93.192'], ['Berlin', 'Hamburg', 'Leipzig']),
  place('BR', 6, 'America/Sao_Paulo', -3, ['177.32', '189.0', '179.96'], ['São Paulo', 'Recife', 'Curitiba']),
  place('ZA', 4, 'Africa/Johannesburg', 2, ['41.0', '105.0', '196.25', '197.64'], ['Cape Town', 'Johannesburg']),
  place('KE', 4, 'Africa/Nairobi', 3, ['41.80', '105.160', '197.136', '41.90'], ['Nairobi', 'Mombasa']),
  place('CA', 4, 'America/Toronto', -5, ['70.24', '99.224', '142.112', '174.88'], ['Toronto', 'Montréal']),
  place('FR', 4, 'Europe/Paris', 1, ['78.192', '82.64', '86.192', '90.0'], ['Paris', 'Lyon', 'Nantes']),
  place('JP', 3, 'Asia/Tokyo', 9, ['60.32', '118.0', '126.0', '133.0'], ['Tokyo', 'Osaka']),
  place('AU', 3, 'Australia/Sydney', 10, ['1.128', '49.176', '58.104', '101.160'], ['Sydney', 'Melbourne']),
]

/** How busy each local hour is, 0 to 23: mornings, a dip at lunch, a second peak in the evening. */
export const HOUR_WEIGHTS: readonly number[] = [
  18, 12, 8, 6, 6, 8, 14, 26, 42, 60, 70, 70, 56, 60, 70, 72, 66, 54, 46, 46, 52, 50, 40, 28,
]

/** Browsers of the simulated users; the second device of some is a phone. */
export const DESKTOPS: readonly { weight: number; agent: string }[] = [
  agent(40, 'Windows NT 10.0; Win64; x64', 'Chrome/141.0.0.0 Safari/537.36'),
  agent(28, 'Macintosh; Intel Mac OS X 10_15_7', 'Chrome/141.0.0.0 Safari/537.36'),
  agent(8, 'X11; Linux x86_64', 'Chrome/140.0.0.0 Safari/537.36'),
  agent(9, 'Windows NT 10.0; Win64; x64', 'Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0'),
  {
    weight: 10,
    agent:
      'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Safari/605.1.15',
  },
  { weight: 5, agent: 'Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0' },
]
export const PHONES: readonly { weight: number; agent: string }[] = [
  agent(55, 'Linux; Android 15; Pixel 9', 'Chrome/141.0.0.0 Mobile Safari/537.36'),
  {
    weight: 38,
    agent:
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1',
  },
  {
    weight: 7,
    agent:
      'Mozilla/5.0 (iPad; CPU OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1',
  },
]

function place(
  country: string,
  weight: number,
  timeZone: string,
  offset: number,
  networks: string[],
  cities: string[],
): Place {
  return { country, weight, timeZone, offset, networks, cities }
}

function agent(weight: number, system: string, browser: string): { weight: number; agent: string } {
  return { weight, agent: `Mozilla/5.0 (${system}) AppleWebKit/537.36 (KHTML, like Gecko) ${browser}` }
}
