/** The work of a load run, as its options say, with a random stream of its own. */
import { Readable } from 'node:stream'
import type { OptionError } from '../../base/option-error.ts'
import { type Given, readOptions } from '../../base/option-table.ts'
import { createRandom } from '../../base/random.ts'
import { workOptions } from '../../bench/options/work.ts'
import type { Request } from '../../bench/work/request.ts'
import { createWork, type Work } from '../../bench/work/work.ts'

interface More {
  readonly seed?: string
  readonly stdin?: string
  readonly query?: string
  readonly onBroken?: (error: OptionError) => void
}

export async function workOf(
  options: Given<typeof workOptions>,
  { seed = 'a', stdin = '', query = '', onBroken }: More = {},
): Promise<Work> {
  return await createWork(readOptions(workOptions, options, 'test'), {
    query,
    random: createRandom(seed),
    stdin: Readable.from([Buffer.from(stdin)]),
    onBroken(error) {
      if (!onBroken) throw error
      onBroken(error)
    },
  })
}

export function requestsOf({ next }: Work, count: number): Request[] {
  return Array.from({ length: count }, () => next())
}

/** Bodies, parsed. */
// biome-ignore lint/suspicious/noExplicitAny: a body is whatever its endpoint takes; tests look into it.
export function bodiesOf(work: Work, count: number): any[] {
  return requestsOf(work, count).map(({ body }) => JSON.parse(body))
}
