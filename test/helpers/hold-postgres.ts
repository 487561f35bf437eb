/** A process that uses the Postgres of a folder: says its address, and stops on the end of its input, or is killed. */
import { connect } from '../../src/db/connect.ts'
import { startEmbedded } from '../../src/db/embedded.ts'

const embedded = await startEmbedded({ dataDir: process.argv[2]!, unsafe: true })
const db = connect(embedded.url)
const [row] = await db.sql`select pg_postmaster_start_time()::text as started`
console.log(JSON.stringify({ adopted: embedded.adopted, pid: await embedded.pid(), url: embedded.url, ...row }))
for await (const _ of process.stdin);
await db.close()
await embedded.stop()
