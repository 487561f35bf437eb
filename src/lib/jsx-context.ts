import { jsx } from 'hono/jsx'

/**
 * Keeps Hono's JSX from an AsyncLocalStorage, which it opens at its first render for contexts that outlive an await;
 * no component here has one. On Node 20 a storage in use switches async hooks on for the whole process: every promise
 * of every request then pays, measured as a third of what a poll or a single event costs.
 * Hono looks for it once, at the first render: this is that render.
 */
function settleRenderContext(): void {
  const { getBuiltinModule } = process
  const host: { getBuiltinModule?: unknown } = process
  host.getBuiltinModule = undefined
  try {
    String(jsx('i', {}))
  } finally {
    host.getBuiltinModule = getBuiltinModule
  }
}

settleRenderContext()
