/** What `recompute.mjs` makes of a samples file: the summary's numbers, by a program that shares nothing with it. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Summary } from '../../bench/summary.ts'

const script = fileURLToPath(new URL('recompute.mjs', import.meta.url))

export type Recomputed = Pick<
  Summary,
  | 'counts'
  | 'throughput'
  | 'tokens'
  | 'timeline'
  | 'histograms'
  | 'scenarios'
  | `${'ttfb' | 'ttft' | 'itl' | 'tpot' | 'e2e' | 'lag' | 'ttftDue' | 'response' | 'prelude'}Ms`
> & {
  readonly run: { readonly seconds: number }
  /** Of a run by turns only. */
  readonly turns?: readonly Pick<Summary['counts'], 'sent' | 'ok'>[]
}

export async function recompute(path: string): Promise<Recomputed> {
  const { stdout } = await promisify(execFile)(process.execPath, [script, path], {
    maxBuffer: 256 * 1024 * 1024,
  })
  return JSON.parse(stdout) as Recomputed
}
