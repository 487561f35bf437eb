/** First parts of the paths that PostHog's clients ask; browsers run on the product's own pages. */
export const POSTHOG_PATHS = [
  'batch',
  'capture',
  'e',
  'i',
  's',
  'flags',
  'decide',
  'array',
  'api/surveys',
  'api/early_access_features',
  'api/web_experiments',
]
