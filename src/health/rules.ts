import { DEFAULT_KEY_FEATURES } from '../config.ts'
import type { Deps } from '../context.ts'
import { shortHash } from '../rollups/folded.ts'
import { freshSettings, settingsOf } from '../settings/store.ts'
import { type Bounds, COMPONENT_NAMES, type Weights } from './components.ts'
import type { HealthSettings } from './settings.ts'

/** By what users are scored: all of it is set on the Settings page. */
export interface HealthRules extends Bounds {
  weights: Weights
  keyFeatures: string[]
  /** Somebody has said which features these are: each counts, whether anybody uses it or not. */
  isNamed: boolean
  /** The mean ratings, of 5, that count as 0 and as 100. */
  ratingLow: number
  ratingHigh: number
  /** Changes with any of them. */
  id: string
}

/** The rules as they are known now. */
export function healthRules(deps: Pick<Deps, 'db' | 'config'>): HealthRules {
  return rulesOf(settingsOf(deps))
}

/** The rules, read anew. */
export async function freshHealthRules(deps: Pick<Deps, 'db' | 'config'>): Promise<HealthRules> {
  return rulesOf(await freshSettings(deps))
}

function rulesOf(values: HealthSettings): HealthRules {
  const weights = Object.fromEntries(COMPONENT_NAMES.map((name) => [name, Number(values[`health_weight_${name}`])]))
  const keyFeatures = namesIn(values.health_key_features)
  const rules = {
    weights: weights as Weights,
    keyFeatures,
    isNamed: keyFeatures.join() !== namesIn(DEFAULT_KEY_FEATURES).join(),
    healthy: Number(values.health_band_healthy),
    churning: Number(values.health_band_churning),
    ratingLow: Number(values.health_rating_low),
    ratingHigh: Number(values.health_rating_high),
  }
  return { ...rules, id: shortHash(JSON.stringify(rules)) }
}

/** In one order, so that the same features are the same rules. */
function namesIn(list: string): string[] {
  const names = list.split(',').map((name) => name.trim())
  return [...new Set(names.filter((name) => name !== ''))].sort()
}
