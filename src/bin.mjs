#!/usr/bin/env node
/** The command `quarterdeck`: in a clone it builds what is missing or older than the source, then runs it. */
import { existsSync, readdirSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const path = (name) => fileURLToPath(new URL(name, import.meta.url))
const bundle = path('../dist/cli.js')

const changedAt = (folder) =>
  Math.max(
    ...readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => statSync(`${entry.parentPath ?? entry.path}/${entry.name}`).mtimeMs),
  )

const isStale = () =>
  !existsSync(bundle) ||
  ['.', '../views', '../migrations'].some((folder) => changedAt(path(folder)) > statSync(bundle).mtimeMs)

if (existsSync(path('./cli.ts')) && isStale()) {
  const { buildBrowser, buildServer, distFolder } = await import('./build/build.mjs')
  await buildServer(distFolder)
  if (!existsSync(`${distFolder}/public/manifest.json`)) await buildBrowser(distFolder)
}
await import('../dist/cli.js')
