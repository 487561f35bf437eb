import type { OfWhom } from './types.ts'

/** Beside a number that a plan or a segment does not change: small, and with the reason. */
export const AllUsers = ({ whom }: { whom?: OfWhom }) =>
  whom ? (
    <span class="q-all-users" title={whom.why}>
      {whom.mark}
    </span>
  ) : null
