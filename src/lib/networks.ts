import { BlockList, isIP } from 'node:net'

type Net = readonly [network: string, prefix: number]

/** Whether an address lies in one of some networks; what is no address lies in none. */
export function within(v4: readonly Net[], v6: readonly Net[]): (address: string) => boolean {
  const list = new BlockList()
  for (const [network, prefix] of v4) list.addSubnet(network, prefix, 'ipv4')
  for (const [network, prefix] of v6) list.addSubnet(network, prefix, 'ipv6')
  return (address) => {
    const version = isIP(address)
    return version !== 0 && list.check(address, version === 6 ? 'ipv6' : 'ipv4')
  }
}
