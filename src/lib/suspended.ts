/** What a product calls a user whom it keeps out: an admin has dealt with them already. */
export const SUSPENDED = ['suspended', 'banned', 'blocked', 'disabled'] as const
