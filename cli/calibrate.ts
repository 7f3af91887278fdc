/** `tokadence bench calibrate`: what the bench itself adds to its times, on this machine. */
import { systemClock } from '../base/clock.ts'
import { OptionError } from '../base/option-error.ts'
import type { benchOptions } from '../bench/options.ts'
import type { Calibration } from '../bench/truth/calibration.ts'
import type { Difference } from '../bench/truth/ground-truth.ts'
import { type Call, type ExitCode, exitCode } from './command.ts'

const defaultMs = 5000

export async function calibrateOnly(call: Call<typeof benchOptions>): Promise<ExitCode> {
  const [word, more] = call.words
  if (word !== 'calibrate' || more !== undefined) {
    throw new OptionError('words', more ?? word, 'bench takes options only, or `calibrate`', {
      origin: 'bench',
    })
  }
  const { options, signal, stdout, stderr } = call
  const { calibrate } = await import('../bench/truth/calibrate.ts')
  const { connections, workers } = options
  const known = await calibrate(
    { connections, durationMs: options.calibrate || defaultMs, workers },
    { clock: systemClock, signal, onNotice: text => stderr.write(`${text}\n`) },
  )
  if (signal.aborted) return exitCode.interrupted
  if (!known) return exitCode.invalid
  stdout.write(options.json === undefined ? words(known) : `${JSON.stringify(known, null, 2)}\n`)
  return exitCode.ok
}

function words({ connections, seconds, ttftMs, itlMs, truth }: Calibration): string {
  const { joined, ttft, itl, e2e, pacing } = truth
  const row = (title: string, { count, p50, p99, shiftP50, shiftP99 }: Difference) =>
    [title.padEnd(17), ...[String(count), ms(p50), ms(p99), ms(shiftP50), ms(shiftP99)].map(pad)]
      .join('')
      .trimEnd()
  return `
${connections} connections for ${seconds.toFixed(1)} s on a mock with TTFT ${ttftMs} ms and gaps of ${itlMs} ms, ${joined} requests

measured − served${['samples', 'p50', 'p99', 'at p50', 'at p99'].map(pad).join('')}
${row('TTFT', ttft)}
${row('gaps', itl)}
${row('E2E', e2e)}
${row('the mock', pacing)}

In ms. p50 and p99 are of the single differences; at p50 and at p99, how far the percentiles themselves lie apart.
`
}

const pad = (text: string) => text.padStart(10)

function ms(value: number | null): string {
  return value === null ? '–' : value.toFixed(2)
}
