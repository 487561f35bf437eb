/**
 * The advisory locks of Quarterdeck, in one place so that no two mean different things by one number. The migrations
 * have two of their own: 7101 (making a partition) and SEEN_LOCK, which writers hold shared.
 */

/** Processes that start at once migrate one after another. */
export const MIGRATION_LOCK = 7090
/** Two people with two set-up links: the first makes the owner, the second finds one. */
export const SETUP_LOCK = 7100
/** Turning over what dedupe knows, while no writer looks into it. */
export const SEEN_LOCK = 7102
/** Upserts of one kind; the second key is the table's name. */
export const UPSERT_LOCK = 7103
/** One fold or rebuild at a time; snapshots hold it shared, so that nothing is folded meanwhile. */
export const FOLD_LOCK = 7104
/** The snapshot of a day; the second key is the day. Taken after FOLD_LOCK. */
export const DAY_LOCK = 7114
/** Sign-ins of one account; the second key is the e-mail address. Taken before ADDRESS_LOCK. */
export const ACCOUNT_LOCK = 7105
/** Sign-ins from one address; the second key is the address. */
export const ADDRESS_LOCK = 7106
/** Reading a preset's files; the second key is its name. Held by a session, for as long as that takes. */
export const SYNC_LOCK = 7107
/** Writing down that a source has changed its state. */
export const SOURCES_LOCK = 7111
/** Webhooks that tell of things with a life, one after the other; the second key is the provider's name. */
export const WEBHOOK_LOCK = 7112
/** Making the numbers of users anew, which count their groups. */
export const USER_STATS_LOCK = 7123
/** A change of settings: what it leaves as it was is what the last one made of it. */
export const SETTINGS_LOCK = 7113
/** Sealing the audit log: one process adds to the chain at a time, and no text is erased meanwhile. */
export const AUDIT_LOCK = 7128
/** Changes of admins by owners: two owners cannot put each other off at once. */
export const ADMINS_LOCK = 7129
/** Health scores are computed by one at a time. */
export const HEALTH_LOCK = 7124
/** Checking the alert rules, and what people do with alerts: one after the other. */
export const ALERTS_LOCK = 7115
/** The cohorts: the daily share and the monthly whole one wait for each other. */
export const COHORTS_LOCK = 7130
/** Beginning to erase a user: ids that are erased are numbered in the order in which they are seen. */
export const ERASURE_LOCK = 7133
