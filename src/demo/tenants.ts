/** The organisations that build with Acme Studio, of unlike size; `age` is in shares of the time before the anchor. */
export interface TenantScript {
  id: string
  name: string
  domain: string
  country: string
  /** How many of the users of tenants are here. */
  weight: number
  /** When it joined: 1 is the very start of the simulated past, 0 the anchor day. */
  age: number
  plan: 'enterprise' | 'team'
  /** Cents a month for an enterprise; a team pays per seat. */
  monthlyCents?: number
  story: 'steady' | 'leaves-after-price-rise' | 'past-due' | 'trial' | 'returns'
}

export const TENANTS: readonly TenantScript[] = [
  tenant('harbourlight', 'Harbourlight Media', 'GB', 160, 0.97, 'enterprise', 'steady', 690_000),
  tenant('savanna', 'Savanna Digital', 'KE', 90, 0.8, 'enterprise', 'steady', 380_000),
  tenant('pixelforge', 'Pixelforge Agency', 'US', 56, 0.9, 'team', 'steady'),
  tenant('blue-heron', 'Blue Heron Labs', 'DE', 30, 0.6, 'team', 'steady'),
  tenant('kite', 'Kite & Lantern', 'IN', 19, 0.7, 'team', 'leaves-after-price-rise'),
  tenant('mango-street', 'Mango Street Studio', 'NG', 13, 0.5, 'team', 'past-due'),
  tenant('copper-bay', 'Copper Bay Sites', 'AU', 9, 0.75, 'team', 'returns'),
  tenant('tiny-tern', 'Tiny Tern', 'CA', 6, 0.02, 'team', 'trial'),
]

function tenant(
  id: string,
  name: string,
  country: string,
  weight: number,
  age: number,
  plan: TenantScript['plan'],
  story: TenantScript['story'],
  monthlyCents?: number,
): TenantScript {
  return { id, name, domain: `${id}.example`, country, weight, age, plan, story, monthlyCents }
}
