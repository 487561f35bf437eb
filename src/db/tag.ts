import type { ISql } from 'postgres'

/** What SQL is written with where it is all one whether it runs in a transaction. */
export type Tag = ISql
