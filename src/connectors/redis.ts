import { Redis } from 'ioredis'
import type { Config } from '../config.ts'
import { SourceUnavailable, type StateBook } from '../lib/settle.ts'
import { OverBudget, PIPELINE_BUDGET_MS, REDIS_BUDGET_MS, withinBudget } from './budget.ts'
import { Directory } from './redis-directory.ts'
import { plainReason } from './redis-reason.ts'
import { loadSessions, type Session } from './redis-sessions.ts'
import { Snapshot } from './snapshot.ts'

/** The commands there are for us: none of them writes, and none of them reads more than it is told to. */
export type Command = readonly [
  'get' | 'hget' | 'hmget' | 'lindex' | 'llen' | 'mget' | 'scan' | 'zcard' | 'zrange',
  ...(string | number)[],
]
/** What came back for a command; an Error where the key is of another type. */
export type Reply = string | number | null | Error | Reply[]

/** Every BullMQ queue has such a key, also while it is empty. */
export const BULL_META = 'bull:*:meta'
const CONNECT_MS = 2_000
/** A server that hangs with a connection open is given up after so long, and connected to anew. */
const SILENCE_MS = 5_000
const LONGEST_PAUSE_MS = 5_000

/** The Redis of the watched product, connected at the first reading; null where none is configured. */
export function openRedis(
  { redisUrl, redisQueues, workerKeys }: Pick<Config, 'redisUrl' | 'redisQueues' | 'workerKeys'>,
  book: StateBook,
): RedisSource | null {
  return redisUrl === '' ? null : new RedisSource(redisUrl, [...redisQueues, ...workerKeys, BULL_META], book)
}

/**
 * Reads of a Redis that may be away or slow: then every reading fails at once, or within its budget, with
 * SourceUnavailable. It reconnects by itself and tells the book both when it goes and when it is back.
 */
export class RedisSource {
  readonly sessions: Snapshot<Session[]>
  readonly directory: Directory
  readonly #client: Redis
  readonly #book: StateBook
  #lastError: unknown
  #arrival: Promise<void> | undefined
  /** A pipeline that was given up and is not answered yet: the server hangs, so nobody else has to wait. */
  #stuck: Promise<unknown> | undefined

  /** @param names the patterns of keys that will be asked for, beside the sessions */
  constructor(url: string, names: readonly string[], book: StateBook) {
    this.#book = book
    this.#client = new Redis(url, {
      lazyConnect: true,
      enableOfflineQueue: false,
      // What was on its way when the connection broke fails now, and is not sent again.
      maxRetriesPerRequest: 0,
      autoResendUnfulfilledCommands: false,
      connectionName: 'quarterdeck',
      disableClientInfo: true,
      connectTimeout: CONNECT_MS,
      socketTimeout: SILENCE_MS,
      protocol: 2,
      retryStrategy: (attempt) => Math.min(100 * 2 ** Math.min(attempt, 10), LONGEST_PAUSE_MS),
    })
    this.#client.on('error', (error) => {
      this.#lastError = error
    })
    this.#client.on('ready', () => {
      this.#lastError = undefined
    })
    this.sessions = new Snapshot(() => loadSessions(this))
    this.directory = new Directory(this, names)
  }

  /** Sends some reads as one pipeline. @throws SourceUnavailable when Redis is away, slow, or refuses */
  async run(commands: readonly Command[]): Promise<Reply[]> {
    if (commands.length === 0) return []
    try {
      const replies = await this.#send(commands)
      this.#book.recovered('redis', performance.now())
      return replies
    } catch (error) {
      throw this.#unavailable(error)
    }
  }

  /** A reading of several pipelines, which together stay within the budget. @throws SourceUnavailable */
  async reading<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await withinBudget(REDIS_BUDGET_MS, work())
    } catch (error) {
      throw error instanceof OverBudget ? this.#unavailable(error) : error
    }
  }

  close(): void {
    this.#client.disconnect()
  }

  async #send(commands: readonly Command[]): Promise<Reply[]> {
    if (this.#stuck) throw new OverBudget()
    const work = this.#exec(commands)
    try {
      return await withinBudget(PIPELINE_BUDGET_MS, work)
    } catch (error) {
      this.#giveUp(work)
      throw error
    }
  }

  async #exec(commands: readonly Command[]): Promise<Reply[]> {
    await this.#ready()
    const results = await this.#client.pipeline(commands.map((command) => [...command])).exec()
    return (results ?? []).map(([error, value]) => {
      if (!error) return value as Reply
      if (error.message.startsWith('WRONGTYPE')) return error
      throw error
    })
  }

  /** Waits for a connection that is being made; while the pause between two attempts lasts, it fails at once. */
  #ready(): Promise<void> {
    const client = this.#client
    if (client.status === 'ready') return Promise.resolve()
    if (!['wait', 'connecting', 'connect'].includes(client.status)) return Promise.reject(new Error('away'))
    this.#arrival ??= new Promise<void>((resolve, reject) => {
      const settle = () => {
        client.off('ready', settle)
        client.off('close', settle)
        this.#arrival = undefined
        if (client.status === 'ready') resolve()
        else reject(new Error('away'))
      }
      client.on('ready', settle)
      client.on('close', settle)
    })
    this.#arrival.catch(() => {})
    if (client.status === 'wait') client.connect().catch(() => {})
    return this.#arrival
  }

  #unavailable(error: unknown): SourceUnavailable {
    const reason = plainReason(error, this.#lastError)
    this.#book.degraded('redis', reason)
    return new SourceUnavailable('redis', reason, { cause: error })
  }

  #giveUp(work: Promise<unknown>): void {
    const stuck = work
      .catch(() => {})
      .finally(() => {
        if (this.#stuck === stuck) this.#stuck = undefined
      })
    this.#stuck = stuck
  }
}
