import { serve } from '@hono/node-server'
import { Hono } from 'hono'

/** What a request costs at least. */
const app = new Hono()
app.get('/', (c) => c.text('Hello, world'))
serve({ fetch: app.fetch, port: Number(process.argv[2]), hostname: '127.0.0.1' })
