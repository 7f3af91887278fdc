/** How and where a run was made, as a part of the HTML report. */
import { formatDuration } from '../../base/duration.ts'
import type { Summary } from '../summary.ts'
import { duration, number, table } from './markup.ts'

export function setting({ environment, load, generator, tokens, tool }: Summary): string {
  const lag = generator.eventLoopLagMs
  const rows = [
    ['tokadence', tool.version],
    ['Node', environment.node],
    ['system', environment.system],
    ['processor', `${environment.cpu}, ${environment.cores} for this process`],
    ['memory', `${environment.memoryGiB} GiB`],
    [
      'driver',
      `${load.driver}, ${load.connectionsOpened} connections opened for ${load.connections}`,
    ],
    [
      'prompts',
      `${load.prompts === 'synthetic' ? 'synthetic, all different' : `${load.prompts} given`}, seed ${load.seed}`,
    ],
    ['most output tokens', load.maxTokens === null ? 'not set' : number(load.maxTokens)],
    ['time-out', `${formatDuration(load.timeoutMs)} without a byte`],
    ['ramp', `first requests spread over ${formatDuration(load.rampMs)} of the warm-up`],
    [
      'tokens',
      `${number(tokens.input)} in, ${number(tokens.output)} out, counted by ${tokens.source ?? 'nobody'}`,
    ],
    [
      'generator',
      `event loop ${duration(lag.p99)} late at p99, ${duration(lag.max)} at most; ${Math.round(generator.cpuRatio * 100)} % of a core`,
    ],
  ]
  return `<section aria-labelledby="setting"><h2 id="setting">Setting</h2>${table('How and where it was run', ['what', 'value'], rows)}</section>`
}
