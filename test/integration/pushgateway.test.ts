/** The metrics of a run that is over, on a real Pushgateway. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runBench, type Summary } from '../../bench/index.ts'
import { createMockServer, type MockServer } from '../../mock-server/index.ts'
import { eventually } from '../helpers/eventually.ts'
import { freePort, missingPrograms } from '../helpers/prometheus.ts'

const missing = missingPrograms('prometheus-pushgateway')
const isSkipped = missing.length > 0 && process.env.NO_SKIP !== '1'
if (isSkipped) process.stderr.write(`Skipped: ${missing.join(' and ')} not installed.\n`)

interface Metric {
  readonly labels: Readonly<Record<string, string>>
  /** A counter's or gauge's. */
  readonly value?: string
  /** A histogram's. */
  readonly count?: string
  readonly sum?: string
  readonly buckets?: Readonly<Record<string, string>>
}

type Group = Readonly<Record<string, { readonly metrics: readonly Metric[] }>> & {
  readonly labels: Readonly<Record<string, string>>
}

describe.skipIf(isSkipped)('a run pushed to a Pushgateway', () => {
  let mock: MockServer
  let gateway: Awaited<ReturnType<typeof startPushgateway>>
  let summary: Summary
  let group: Group
  const notices: string[] = []

  beforeAll(async () => {
    expect(missing).toEqual([])
    // The last ten of 40 requests are refused.
    mock = await createMockServer({ ttft: '20ms', itl: '2ms', tokens: 12, rpm: 30 })
    gateway = await startPushgateway()
    summary = await runBench(
      {
        url: mock.url,
        connections: 3,
        requests: 40,
        warmup: '0s',
        pushgateway: gateway.url,
      },
      { onNotice: notice => notices.push(notice) },
    )
    const groups = await groupsOf(gateway.url)
    group = groups.find(({ labels }) => labels.run_id === summary.run.id)!
  })

  afterAll(async () => {
    await gateway?.close()
    await mock?.close()
  })

  test('it is one group, by its job and its run', () => {
    expect(notices).toEqual([`pushed to ${gateway.url}, run_id ${summary.run.id}`])
    expect(group.labels).toMatchObject({ job: 'tokadence_bench', run_id: summary.run.id })
  })

  test('the requests by outcome are those of the summary', () => {
    const found = seriesOf(group, 'tokadence_bench_requests_total')
    const pushed = found.map(({ labels, value }) => [labels.outcome, Number(value)])
    expect(Object.fromEntries(pushed)).toEqual(summary.counts.byOutcome)
    expect(summary.counts).toMatchObject({ sent: 40, cut: 0, open: 0 })
    expect(summary.counts.ok).toBeGreaterThanOrEqual(30)
    expect(summary.counts.failed).toBeGreaterThan(0)
  })

  test('the histograms hold each sample of the summary, and its mean', () => {
    for (const [name, { count, mean }] of [
      ['time_to_first_token', summary.ttftMs],
      ['request_duration', summary.e2eMs],
      ['inter_token_latency', summary.itlMs],
    ] as const) {
      const found = seriesOf(group, `tokadence_bench_${name}_seconds`)
      const total = (of: 'count' | 'sum') =>
        found.reduce((sum, metric) => sum + Number(metric[of]), 0)
      expect(total('count'), name).toBe(count)
      expect((total('sum') / count) * 1000, name).toBeCloseTo(mean!, 1)
    }
  })

  test('a second run has a group of its own, and the first one stays', async () => {
    const second = await runBench({
      url: mock.url,
      connections: 1,
      requests: 3,
      warmup: '0s',
      pushgateway: gateway.url,
    })
    const ids = (await groupsOf(gateway.url)).map(({ labels }) => labels.run_id)
    expect(ids.sort()).toEqual([summary.run.id, second.run.id].sort())
  })
})

test('a Pushgateway that is not there costs a warning, not the run', async () => {
  await using mock = await createMockServer({ ttft: 0, itl: 0, tokens: 3 })
  const url = `http://127.0.0.1:${await freePort()}`
  const { counts, warnings } = await runBench({
    url: mock.url,
    connections: 1,
    requests: 3,
    warmup: '0s',
    pushgateway: url,
  })
  expect(counts).toMatchObject({ sent: 3, ok: 3 })
  const told = warnings.filter(text => text.startsWith(`The metrics could not be pushed to ${url}`))
  expect(told).toEqual([expect.stringContaining('ECONNREFUSED')])
})

async function startPushgateway() {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const args = [
    `--web.listen-address=127.0.0.1:${port}`,
    '--persistence.file=', // Debian's is under /var/lib
    '--log.level=warn',
  ]
  const child = spawn('prometheus-pushgateway', args, { stdio: ['ignore', 'ignore', 'pipe'] })
  await once(child, 'spawn')
  let log = ''
  child.stderr.on('data', part => {
    log = (log + part).slice(-4000)
  })
  await eventually(async () => {
    if (child.exitCode !== null) throw new Error(`The Pushgateway ended: ${log}`)
    const isReady = await fetch(`${url}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    )
    return isReady || undefined
  }, 15_000)
  return {
    url,
    async close() {
      const ended = child.exitCode === null ? once(child, 'exit') : undefined
      child.kill('SIGTERM')
      await Promise.race([ended, sleep(5000, undefined, { ref: false })])
      child.kill('SIGKILL')
      await ended
    },
  }
}

async function groupsOf(url: string): Promise<readonly Group[]> {
  const response = await fetch(`${url}/api/v1/metrics`)
  const { data } = (await response.json()) as { data: readonly Group[] }
  return data
}

function seriesOf(group: Group, name: string): readonly Metric[] {
  return group[name]?.metrics ?? []
}
