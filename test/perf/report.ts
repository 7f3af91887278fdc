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
