import type { Sql } from 'postgres'

/** Which model a task is to be given, from when on; the newest one that has begun holds. */
export interface ModelPolicy {
  task: string
  /** Of whichever provider where it names none. */
  provider: string | null
  model: string
  since: Date
  note?: string | null
}

/** Enters a policy; one of the same task and instant is replaced. What calls cost is compared with it from then on. */
export async function setModelPolicy(sql: Sql, { task, provider, model, since, note }: ModelPolicy): Promise<void> {
  await sql`
    insert into model_policies (task, since, provider, model, note)
    values (${task}, ${since}, ${provider}, ${model}, ${note ?? null})
    on conflict (task, since) do update set provider = excluded.provider, model = excluded.model, note = excluded.note`
}
