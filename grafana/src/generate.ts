/** `tsx grafana/src/generate.ts` writes dashboards and panel tables; `--check` exits 1 if any differs. */
import { readFile, writeFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { generatedFiles } from './generated.ts'

const isCheck = process.argv.includes('--check')
let stale = 0
for (const { url, content } of await generatedFiles()) {
  const committed = await readFile(url, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (committed === content) continue
  stale++
  if (!isCheck) await writeFile(url, content)
  process.stdout.write(`${basename(url.pathname)}: ${isCheck ? 'stale' : 'written'}\n`)
}
if (isCheck && stale > 0) process.exitCode = 1
