/**
 * After npm install: node_modules/.bin/quarterdeck, which `npx quarterdeck` finds. Named as "bin" in package.json instead,
 * npx would first install the clone into its cache: seconds, the network, and a broken cache where that failed once.
 */
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const folder = fileURLToPath(new URL('../../node_modules/.bin/', import.meta.url))
mkdirSync(folder, { recursive: true })
if (process.platform === 'win32') {
  writeFileSync(`${folder}quarterdeck.cmd`, '@node "%~dp0\\..\\..\\src\\bin.mjs" %*\r\n')
} else {
  rmSync(`${folder}quarterdeck`, { force: true })
  symlinkSync('../../src/bin.mjs', `${folder}quarterdeck`)
}
