export const ALERTS_PATH = '/dashboard/alerts'
export const RULES_PATH = `${ALERTS_PATH}/rules`
export const ruleHref = (slug: string): string => `${RULES_PATH}/${encodeURIComponent(slug)}`

/** A new rule on a metric, for its page. */
export const newRuleHref = (metric: string): string => `${RULES_PATH}/new?metric=${encodeURIComponent(metric)}`
