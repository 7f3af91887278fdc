/** What a measurement came to, beside what it should: one line each. */

export interface Finding {
  readonly what: string
  readonly measured: string
  readonly target: string
  readonly met: boolean
}

export function finding(what: string, measured: string, target: string, met: boolean): Finding {
  return { what, measured, target, met }
}

export function printFinding({ what, measured, target, met }: Finding): void {
  process.stdout.write(`${met ? 'met   ' : 'MISSED'}  ${what}: ${measured} (${target})\n`)
}

/** Below this share nobody need be told. */
const QUIET = 0.02

/** `stolen`: the share of time that the machine gave to others meanwhile. */
export function printNoise(stolen: number | undefined): void {
  if (stolen === undefined || stolen < QUIET) return
  process.stdout.write(
    `        the machine gave ${(stolen * 100).toFixed(0)} % of this time to others\n`,
  )
}

/** The upper one of the two in the middle, where there are two. */
export function medianOf(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!
}
