/** The torture as it is run: its command in a process of its own, and the score card that it writes. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Card } from '../../bench/torture/card.ts'
import { runProgram } from './program.ts'

/** `args`: of `tokadence torture`. Throws what it says when it does not exit with 0. */
export async function tortureCard(...args: readonly string[]): Promise<Card> {
  const folder = await mkdtemp(join(tmpdir(), 'tokadence-card-'))
  try {
    const path = join(folder, 'card.json')
    const { code, stderr } = await runProgram(['torture', ...args, '--out', path])
    if (code !== 0) throw new Error(`torture ended with ${code}: ${stderr}`)
    return JSON.parse(await readFile(path, 'utf8')) as Card
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** What a client did wrong: `truncate: silent`. */
export function faultsOf({ rows }: Card, client: string): string[] {
  return rows.flatMap(({ name, results }) => {
    const result = results[client]
    return !result || result.isRight ? [] : [`${name}: ${result.mark}`]
  })
}
