/** What keeps a run from costing more than it should, with real servers and the real program. */
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { OptionError } from '../../base/option-error.ts'
import { runBench } from '../../bench/index.ts'
import { command } from '../../cli/bench.ts'
import { command as tune } from '../../cli/tune.ts'
import { createMockServer } from '../../mock-server/index.ts'
import { startBenchServer } from '../helpers/bench-server.ts'
import { eventually } from '../helpers/eventually.ts'
import { startProgram } from '../helpers/program.ts'
import { runCommand } from '../helpers/run-command.ts'

/** Documentation's own address: nothing is ever there. */
const foreign = 'http://192.0.2.1/v1'

describe.concurrent('a host that is not this machine', () => {
  it('is not asked without leave, and what it would come to is told first', async () => {
    const notices: string[] = []
    const run = runBench(
      { url: foreign, requests: 200, maxTokens: 100, inputTokens: 1000, warmup: 0 },
      { onNotice: text => notices.push(text) },
    )
    await expect(run).rejects.toThrow(
      new OptionError(
        'yes',
        undefined,
        '192.0.2.1 is not this machine, and requests may cost money: give --max-cost USD or --yes',
      ),
    )
    expect(notices).toHaveLength(1)
    // 200 times 1,000 tokens at $0.15 and 100 at $0.60 a million.
    expect(notices[0]).toMatch(
      /^estimate: about 200 requests to 192\.0\.2\.1, 99\d input tokens and up to 100 output tokens each\. That is about \$0\.041\d \(@pydantic\/genai-prices [\d.]+\)\.$/,
    )
  })

  it('is asked when a person says so, and not when they do not', async () => {
    const questions: string[] = []
    const run = runBench(
      { url: foreign, requests: 1 },
      {
        async confirm(question) {
          questions.push(question)
          return false
        },
      },
    )
    await expect(run).rejects.toThrow('nothing was sent, for the answer was not yes')
    expect(questions).toEqual(['Go on? [y/N] '])
  })

  it('ends the command with 2, nobody being there to be asked', async () => {
    await expect(runCommand(command, { url: foreign, calibrate: '0s' })).rejects.toThrow(
      'give --max-cost USD or --yes',
    )
  })

  it('is not searched for its cap without leave', async () => {
    await expect(runCommand(tune, { url: foreign })).rejects.toThrow(
      'yes: 192.0.2.1 is not this machine, and requests may cost money: give --yes',
    )
  })

  it('is not asked under a budget that cannot be kept', async () => {
    await expect(runBench({ url: foreign, model: 'my-own', maxCost: 1 })).rejects.toThrow(
      'maxCost: it cannot be kept, for no price is known for my-own: give --prices FILE',
    )
  })
})

describe.concurrent('a run', () => {
  it('stops before its budget is passed, waits for what is in flight, and exits with 4', async () => {
    await using mock = await createMockServer({ ttft: '20ms', itl: '1ms', port: 0 })
    const { code, stderr, stdout } = await runCommand(command, {
      url: mock.url,
      connections: 4,
      warmup: '0s',
      duration: '60s',
      inputTokens: 1000,
      maxTokens: 10,
      maxCost: 0.01,
      calibrate: '0s',
      json: '-',
    })
    const summary = JSON.parse(stdout)
    const { dollars } = summary.spending
    expect(dollars).toBeLessThanOrEqual(0.01)
    expect(dollars).toBeGreaterThan(0.0085)
    expect(summary.stopped).toMatchObject({ why: 'budget' })
    expect(summary.counts.open).toBe(0)
    expect(summary.run.seconds).toBeLessThan(30)
    expect(stderr).toMatch(/cost +\$0\.00\d+ of \$0\.0100, warm-up included/)
    expect(stderr).toContain('! Another request might have passed the budget of $0.0100')
    expect(code).toBe(4)
  })

  it('that fails too often stops, and exits with 99', async () => {
    await using server = await startBenchServer((_, response) => response.writeHead(500).end())
    const { code, stdout } = await runCommand(command, {
      url: server.url,
      warmup: '0s',
      duration: '60s',
      stopOnErrors: '20%',
      calibrate: '0s',
    })
    expect(stdout).toMatch(/! 100 % of the last requests \(100 at most\) failed, more than 20 %/)
    expect(code).toBe(99)
  })
})

describe.concurrent('Ctrl-C', () => {
  it('waits for what is in flight, reports, and exits with 130', async () => {
    await using mock = await createMockServer({ ttft: '300ms', itl: '1ms', port: 0 })
    await using program = startBench(mock.url)
    await eventually(() => mock.requests().length > 12 || undefined, 30_000)
    program.process.kill('SIGINT')
    expect(await program.exit).toBe(130)
    expect(program.stderr).toContain('a second Ctrl-C ends it at once')
    const { counts, run } = JSON.parse(program.stdout)
    expect(run.interrupted).toBe(true)
    expect(counts.ok).toBeGreaterThan(4)
    expect(counts.open).toBe(0)
  })

  it('waits no longer than two seconds', async () => {
    await using mock = await createMockServer({ ttft: '10ms', itl: '10s', port: 0 })
    await using program = startBench(mock.url)
    await eventually(() => mock.requests().length === 4 || undefined, 30_000)
    program.process.kill('SIGINT')
    expect(await program.exit).toBe(130)
    expect(JSON.parse(program.stdout).counts).toMatchObject({ sent: 4, ok: 0, open: 4 })
  })

  it('a second time ends it at once', async () => {
    await using mock = await createMockServer({ ttft: '10ms', itl: '10s', port: 0 })
    await using program = startBench(mock.url)
    await eventually(() => mock.requests().length === 4 || undefined, 30_000)
    program.process.kill('SIGINT')
    await eventually(() => /a second Ctrl-C/.test(program.stderr) || undefined, 10_000)
    await sleep(10)
    program.process.kill('SIGINT')
    await program.exit
    expect(program.process.signalCode).toBe('SIGINT')
    expect(program.stdout).toBe('')
  })
})

function startBench(url: string) {
  const load = ['--connections', '4', '--warmup', '0s', '--duration', '10m', '--calibrate', '0s']
  return startProgram(['bench', '--url', url, ...load, '--json', '-'])
}
