/**
 * llmprobe against the mock server: whatever it can judge must conform, in the dialect that its checks are
 * written for; in OpenAI's own it must miss exactly what OpenAI itself does otherwise.
 *
 *     npm ci --prefix test/sdk && npx tsx test/suites/llmprobe.ts
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createMockServer, type MockServerOptions } from '../../mock-server/index.ts'

const llmprobe = fileURLToPath(
  new URL('../sdk/node_modules/llmprobe/bin/dist/llmprobe.mjs', import.meta.url),
)
const MAX_RUN_MS = 300_000

/** What is read of its report. */
interface Report {
  readonly coverage: {
    readonly byTier: readonly { tier: string; supported: number; total: number }[]
    readonly entries: readonly { id: string; supported: boolean; detail?: string }[]
  }
  readonly conformance: {
    readonly passed: number
    readonly total: number
    readonly results: readonly {
      id: string
      outcome: 'pass' | 'fail' | 'unsupported' | 'inconclusive' | 'skipped' | 'unreachable'
      reason?: string
      failures?: readonly { id: string; severity: string; message?: string }[]
    }[]
  }
}

/** Checks that come to no judgement, and why that is right. A check that is not here must be judged. */
const unjudged: Readonly<Record<string, string>> = {
  'chat-assistant-prefill': 'a reply of prose neither continues nor restarts what was begun',
  'chat-reasoning-cap': 'a model that does not reason refuses to be asked for it',
  'messages-assistant-prefill': 'as in chat',
  'messages-reasoning-cap': 'as in chat',
  'messages-rate-limit-headers': 'it looks for x-ratelimit-*, which that API has not',
  'responses-mcp-tools': 'it always says that it does not probe this',
  'responses-reasoning-roundtrip': 'it has no way to ask',
}

/** What OpenAI itself does otherwise than these checks want. */
const differences: Readonly<Record<string, string>> = {}

/** `mcp-tools` is never probed, whatever the server does; so nine of ten is all that there is. */
const coverage = { core: '9/9', extended: '15/15', frontier: '9/10' }
const uncovered = ['mcp-tools']

const faults = [...(await probe('open-responses', {})), ...(await probe('openai', differences))]
for (const fault of faults) tell(`FAILED: ${fault}`)
tell(faults.length === 0 ? 'llmprobe: as it should be' : `llmprobe: ${faults.length} faults`)
process.exitCode = faults.length === 0 ? 0 : 1

/** Says what was found; what should not be so comes back in words. */
async function probe(
  dialect: NonNullable<MockServerOptions['dialect']>,
  expected: Readonly<Record<string, string>>,
): Promise<string[]> {
  const report = await reportOn(dialect)
  const { passed, total, results } = report.conformance
  const tiers = report.coverage.byTier.map(({ tier, supported, total: all }) => ({
    tier,
    share: `${supported}/${all}`,
  }))
  tell(
    `\n${dialect}: ${passed} of ${total} assertions; ${tiers.map(({ tier, share }) => `${tier} ${share}`).join(', ')}`,
  )

  const faults: string[] = []
  for (const { tier, share } of tiers) {
    const wanted = coverage[tier as keyof typeof coverage]
    if (share !== wanted) faults.push(`${dialect}: ${tier} coverage is ${share}, not ${wanted}`)
  }
  for (const { id, supported, detail } of report.coverage.entries) {
    if (supported === uncovered.includes(id)) {
      faults.push(`${dialect}: ${id} is ${supported ? '' : 'not '}covered: ${detail}`)
    }
  }
  const failed = new Set<string>()
  for (const { id, outcome, reason, failures = [] } of results) {
    if (outcome === 'fail') {
      for (const failure of failures.filter(({ severity }) => severity === 'MUST')) {
        failed.add(failure.id)
        const why = expected[failure.id]
        if (why === undefined) faults.push(`${dialect}: ${failure.id}: ${short(failure.message)}`)
        else tell(`  fails, as it should: ${failure.id}: ${why}`)
      }
    } else if (outcome !== 'pass') {
      const why = unjudged[id]
      if (why === undefined) faults.push(`${dialect}: ${id} is not judged: ${short(reason)}`)
      else tell(`  not judged: ${id}: ${why}`)
    }
  }
  for (const id of Object.keys(expected)) {
    if (!failed.has(id)) faults.push(`${dialect}: ${id} passes, which OpenAI itself does not`)
  }
  if (passed + failed.size !== total) faults.push(`${dialect}: ${total - passed} failed in all`)
  return faults
}

async function reportOn(dialect: NonNullable<MockServerOptions['dialect']>): Promise<Report> {
  await using mock = await createMockServer({ dialect, ttft: '5ms', itl: '1ms', seed: 1 })
  const home = await mkdtemp(join(tmpdir(), 'tokadence-llmprobe-'))
  const args = [llmprobe, mock.url, '--api-key', 'sk-probe', '--model', 'gpt-4o-mini']
  args.push('--full', '--no-bench', '--no-save', '--json')
  const child = spawn(process.execPath, args, {
    env: { PATH: process.env.PATH ?? '', HOME: home, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: MAX_RUN_MS,
    killSignal: 'SIGKILL',
  })
  const written = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (part: string) => {
      written[name] += part
    })
  }
  await once(child, 'close')
  await rm(home, { recursive: true, force: true })
  try {
    return JSON.parse(written.stdout) as Report
  } catch (cause) {
    throw new Error(`llmprobe gave no report: ${written.stderr}`, { cause })
  }
}

/** Its first words, on one line. */
function short(words = ''): string {
  return words.replace(/\s+/g, ' ').slice(0, 200)
}

function tell(line: string): void {
  process.stdout.write(`${line}\n`)
}
