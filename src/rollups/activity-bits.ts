import type { FoldContext, Fragment } from './types.ts'

/** Sets the bits of active days; a row whose bits are set already is not written. */
export function activityOf({ tx }: FoldContext, rows: Fragment): Fragment {
  return tx`
    insert into user_activity as t (user_id, scope, last_day, bits)
    select user_id, scope, last_day, bit_or(bits_from(day_bit(0), day, last_day))
    from (
      select user_id, scope, day, max(day) over (partition by user_id, scope) as last_day
      from ${rows} active_rows where active
    ) d
    group by user_id, scope, last_day
    order by user_id, scope
    on conflict (user_id, scope) do update set
      last_day = greatest(t.last_day, excluded.last_day),
      bits = bits_from(t.bits, t.last_day, greatest(t.last_day, excluded.last_day))
        | bits_from(excluded.bits, excluded.last_day, greatest(t.last_day, excluded.last_day))
    where excluded.last_day > t.last_day
      or t.bits | bits_from(excluded.bits, excluded.last_day, t.last_day) <> t.bits`
}

export interface UserScope {
  user_id: string
  scope: string
}

/** OR cannot clear a bit: users whose active days became fewer get theirs anew from user_days. */
export async function recountBits({ tx }: FoldContext, rows: UserScope[]): Promise<void> {
  if (rows.length === 0) return
  const users = rows.map((row) => row.user_id)
  const scopes = rows.map((row) => row.scope)
  const pairs = tx`(select * from unnest(${users}::text[], ${scopes}::text[]))`
  await tx`delete from user_activity where (user_id, scope) in ${pairs}`
  await tx`
    insert into user_activity (user_id, scope, last_day, bits)
    select user_id, scope, last_day, bit_or(bits_from(day_bit(0), day, last_day))
    from (
      select user_id, scope, day, max(day) over (partition by user_id, scope) as last_day
      from user_days where active and (user_id, scope) in ${pairs}
    ) d
    group by user_id, scope, last_day`
}
