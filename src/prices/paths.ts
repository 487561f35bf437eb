/** The page of the prices of models. */
export const PRICES_PATH = '/dashboard/settings/prices'
