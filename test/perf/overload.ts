/** Whether the bench says of itself that it is what limits: on a core that it shares with a busy loop, and not on one of its own. */
import { exitCode } from '../../cli/command.ts'
import { cli, startServer, startWitness, type Witnesses, witness } from './processes.ts'
import { type Finding, finding } from './report.ts'

const RUNS = 10
const CONNECTIONS = 100
const PORT = 4894

export async function* measureOverload(witnesses: Witnesses): AsyncGenerator<Finding> {
  for (const isBusy of [false, true]) {
    let invalid = 0
    for (let run = 0; run < RUNS; run++) if (await isInvalid(witnesses, isBusy)) invalid++
    yield finding(
      `a bench ${isBusy ? 'beside a busy loop' : 'alone'} on its core`,
      `INVALID in ${invalid} of ${RUNS} runs`,
      isBusy ? 'in all' : 'in none',
      invalid === (isBusy ? RUNS : 0),
    )
  }
}

async function isInvalid({ limit }: Witnesses, isBusy: boolean): Promise<boolean> {
  await using _server = await startServer(PORT, limit, [PORT, 64, 200, 20].map(String))
  await using _loop = isBusy ? startWitness(process.execPath, ['-e', 'for (;;);']) : undefined
  const target = ['--url', `http://127.0.0.1:${PORT}/v1`, '--connections', String(CONNECTIONS)]
  const run = ['--duration', '3s', '--warmup', '2s', '--calibrate', '0s', '--json', '-']
  const args = [cli, 'bench', ...target, ...run]
  const report = await witness(process.execPath, args, { mayEndWith: [0, exitCode.invalid] })
  return JSON.parse(report).truth.invalid.length > 0
}
