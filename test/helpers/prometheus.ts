/** A real Prometheus on loopback, with the shipped configuration aimed at the test's own targets. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parse, stringify } from 'yaml'

export const shippedFolder = fileURLToPath(new URL('../../grafana/prometheus/', import.meta.url))

export interface Series {
  readonly labels: Readonly<Record<string, string>>
  /** One for an instant query; oldest first for a range. May hold NaN. */
  readonly values: readonly number[]
}

export interface TestPrometheus extends AsyncDisposable {
  readonly url: string
  /** The value of each series now. Throws Prometheus' own words for a query that it refuses. */
  query(expr: string): Promise<readonly Series[]>
  /** The values of each series once a second from `fromS` (Unix seconds) until now. */
  queryRange(expr: string, fromS: number): Promise<readonly Series[]>
  close(): Promise<void>
}

/** Those of the programs that this machine does not have. */
export function missingPrograms(...programs: readonly string[]): readonly string[] {
  return programs.filter(program => spawnSync(program, ['--version']).error !== undefined)
}

/**
 * Starts Prometheus with grafana/prometheus/prometheus.yml, except that it scrapes and evaluates once a
 * second and that each job of `targets` (job → `host:port`) has that target. A job that is not in the
 * shipped file is an error: the test would see nothing. `flags`: more of Prometheus' own.
 */
export async function startPrometheus(
  targets: Readonly<Record<string, string>>,
  flags: readonly string[] = [],
): Promise<TestPrometheus> {
  const folder = await mkdtemp(join(tmpdir(), 'tokadence-prometheus-'))
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  await writeFile(join(folder, 'prometheus.yml'), await aimedConfig(targets))
  const child = spawn(
    'prometheus',
    [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      '--log.level=warn',
      ...flags,
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  )
  try {
    await once(child, 'spawn')
  } catch (cause) {
    await rm(folder, { recursive: true, force: true })
    throw new Error('Prometheus cannot be started; is it installed?', { cause })
  }
  let log = ''
  child.stderr.on('data', chunk => {
    log = (log + chunk).slice(-4000)
  })
  const close = async () => {
    await stop(child)
    await rm(folder, { recursive: true, force: true })
  }
  try {
    await untilReady(url, child, () => log)
  } catch (error) {
    await close()
    throw error
  }
  return {
    url,
    async query(expr) {
      const result = await ask(url, 'query', { query: expr })
      return result.map(({ metric, value }) => series(metric, value ? [value] : []))
    },
    async queryRange(expr, fromS) {
      const params = { query: expr, start: `${fromS}`, end: `${Date.now() / 1000}`, step: '1' }
      const result = await ask(url, 'query_range', params)
      return result.map(({ metric, values }) => series(metric, values ?? []))
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

/** promtool's verdict: its exit status (0: clean) and all that it said. `input` is its stdin. */
export function promtool(args: readonly string[], input = ''): { status: number; output: string } {
  const { status, stdout, stderr } = spawnSync('promtool', args, {
    cwd: shippedFolder,
    input,
    encoding: 'utf8',
  })
  return { status: status ?? -1, output: `${stdout}${stderr}` }
}

/** A port of 127.0.0.1 that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

async function aimedConfig(targets: Readonly<Record<string, string>>): Promise<string> {
  const config = parse(await readFile(join(shippedFolder, 'prometheus.yml'), 'utf8')) as {
    global: Record<string, string>
    rule_files: string[]
    scrape_configs: { job_name: string; static_configs: { targets: string[] }[] }[]
  }
  const jobs = config.scrape_configs.map(({ job_name }) => job_name)
  const stray = Object.keys(targets).filter(job => !jobs.includes(job))
  if (stray.length > 0) throw new Error(`prometheus.yml has no job ${stray.join(', ')}.`)
  return stringify({
    ...config,
    global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
    rule_files: config.rule_files.map(pattern => join(shippedFolder, pattern)),
    scrape_configs: config.scrape_configs
      .filter(({ job_name }) => targets[job_name] !== undefined)
      .map(job => ({ ...job, static_configs: [{ targets: [targets[job.job_name]] }] })),
  })
}

async function untilReady(url: string, child: ChildProcess, log: () => string): Promise<void> {
  for (let attempt = 0; attempt < 150; attempt++) {
    if (child.exitCode !== null)
      throw new Error(`Prometheus ended with ${child.exitCode}: ${log()}`)
    // Refused until it listens, 503 until it has replayed its log.
    const isReady = await fetch(`${url}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    )
    if (isReady) return
    await sleep(100)
  }
  throw new Error(`Prometheus was not ready after 15 s: ${log()}`)
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGTERM')
  const killer = setTimeout(() => child.kill('SIGKILL'), 5000)
  await once(child, 'exit')
  clearTimeout(killer)
}

type Sample = readonly [atS: number, value: string]
interface Result {
  readonly metric: Readonly<Record<string, string>>
  readonly value?: Sample
  readonly values?: readonly Sample[]
}

async function ask(
  url: string,
  path: 'query' | 'query_range',
  params: Readonly<Record<string, string>>,
): Promise<readonly Result[]> {
  const response = await fetch(`${url}/api/v1/${path}`, {
    method: 'POST',
    body: new URLSearchParams(params),
  })
  const { data, error } = (await response.json()) as { data?: { result: Result[] }; error?: string }
  if (!data) throw new Error(`Prometheus refuses ${params.query}: ${error}`)
  return data.result
}

function series(labels: Result['metric'], samples: readonly Sample[]): Series {
  // Prometheus writes +Inf and -Inf, which Number does not read.
  return { labels, values: samples.map(([, value]) => Number(value.replace('Inf', 'Infinity'))) }
}
