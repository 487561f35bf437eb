/** What users do in a session, by how often, and how many stars they give. */

export const STEPS = [
  { weight: 37, step: 'prompt' as const },
  { weight: 13, step: 'page' as const },
  { weight: 14, step: 'preview' as const },
  { weight: 9, step: 'build' as const },
  { weight: 3, step: 'newProject' as const },
  { weight: 3.2, step: 'template' as const },
  { weight: 3, step: 'upload' as const },
  { weight: 2.2, step: 'liveView' as const },
  { weight: 1, step: 'invite' as const },
  { weight: 0.8, step: 'domain' as const },
  { weight: 0.9, step: 'feedback' as const },
  { weight: 0.4, step: 'ticket' as const },
  { weight: 0.5, step: 'topUp' as const },
]
export const RATINGS = [
  { weight: 44, rating: 5 },
  { weight: 33, rating: 4 },
  { weight: 13, rating: 3 },
  { weight: 6, rating: 2 },
  { weight: 4, rating: 1 },
]
