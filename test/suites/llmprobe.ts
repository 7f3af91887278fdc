/**
 * llmprobe against the mock server: lenient, all that it can judge must conform, and in the dialect that its
 * checks are written for; in OpenAI's own it must miss exactly what OpenAI itself does otherwise.
 *
 *     npm ci --prefix test/sdk && npx tsx test/suites/llmprobe.ts
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createMockServer } from '../../mock-server/index.ts'

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
  readonly conformance: { readonly passed: number; readonly results: readonly Result[] }
}

interface Result {
  readonly id: string
  readonly outcome: 'pass' | 'fail' | 'unsupported' | 'inconclusive' | 'skipped' | 'unreachable'
  readonly reason?: string
  readonly failures?: readonly { id: string; severity: string; message?: string }[]
}

type Reasons = Readonly<Record<string, string>>

interface Run {
  readonly dialect: 'open-responses' | 'openai'
  readonly lenient?: boolean
  readonly model: string
  /** Assertions that must fail, and why that is right. */
  readonly differences: Reasons
  /** Checks that may come to no judgement; every other one must. */
  readonly unjudged: Reasons
}

/** Whatever the server does, `mcp-tools` is told to be missing: nine of ten is all that there is. */
const coverage = { core: '9/9', extended: '15/15', frontier: '9/10' }
const uncovered = ['mcp-tools']

/** Assertions that may fail, since they judge llmprobe itself. */
const excused: Reasons = {
  'images-edit-accepts-multipart': 'it sends the words [object FormData], not a form',
}

const unjudged: Reasons = {
  'chat-assistant-prefill': 'prose neither continues nor restarts what was begun',
  'images-edit': 'it sends no form, and may have no image model',
  'images-generate': 'it may have no image model',
  'messages-assistant-prefill': 'prose neither continues nor restarts what was begun',
  'messages-rate-limit-headers': 'this API has them under other names',
  'messages-reasoning': 'with a temperature, thinking is refused',
  'messages-reasoning-cap': 'it asks for more thinking than tokens, which is refused',
  'responses-mcp-tools': 'it never probes this',
  'responses-reasoning-roundtrip': 'it has no way to ask',
}

const ofPlainModel: Reasons = {
  'chat-reasoning-cap': 'a model that does not reason refuses to be asked for it',
}

const ofShortReply = 'fewer than 16 output tokens are refused'

const runs: readonly Run[] = [
  {
    dialect: 'openai',
    lenient: true,
    model: 'gpt-4o-mini',
    differences: {},
    unjudged: { ...unjudged, 'messages-error-envelope': 'a body that is wrong is taken' },
  },
  {
    dialect: 'open-responses',
    model: 'gpt-4o-mini',
    differences: {},
    unjudged: { ...unjudged, ...ofPlainModel },
  },
  { dialect: 'open-responses', model: 'a-model-that-reasons', differences: {}, unjudged },
  {
    dialect: 'openai',
    model: 'gpt-4o-mini',
    differences: {
      'chat-cache-prefix-hit': 'prompts below 1,024 tokens are not cached',
      'messages-cache-hit': 'only what cache_control marks is cached',
      'messages-cache-prefix-hit': 'only what cache_control marks is cached',
      'responses-cache-prefix-hit': 'prompts below 1,024 tokens are not cached',
      'responses-finish-present': ofShortReply,
      'responses-sse-missing-done': 'no [DONE] ends a stream of the Responses API',
    },
    unjudged: {
      ...unjudged,
      ...ofPlainModel,
      'responses-prompt-caching': ofShortReply,
      'responses-rate-limit-headers': ofShortReply,
      'responses-reasoning-cap': 'a model that does not reason refuses to be asked for it',
    },
  },
]

const faults: string[] = []
for (const run of runs) {
  const report = await reportOn(run)
  const name = [run.dialect, ...(run.lenient ? ['lenient'] : []), run.model].join(', ')
  for (const fault of faultsIn(report, run)) faults.push(`${name}: ${fault}`)
  tell(`\n${name}: ${summaryOf(report)}`)
  for (const line of notesOn(report, run)) tell(`  ${line}`)
}
tell(`\nllmprobe: ${faults.length === 0 ? 'as it should be' : `${faults.length} faults`}`)
for (const fault of faults) tell(`  ${fault}`)
process.exitCode = faults.length === 0 ? 0 : 1

function summaryOf({ conformance, coverage: { byTier } }: Report): string {
  const failed = failedIn(conformance.results)
  const judged = conformance.passed + failed.filter(({ id }) => excused[id] === undefined).length
  const tiers = byTier.map(({ tier, supported, total }) => `${tier} ${supported}/${total}`)
  return `${conformance.passed} of ${judged} assertions; coverage ${tiers.join(', ')}`
}

/** What should not be so. */
function faultsIn({ coverage: { byTier, entries }, conformance }: Report, run: Run): string[] {
  const found: string[] = []
  for (const { tier, supported, total } of byTier) {
    const wanted = coverage[tier as keyof typeof coverage]
    const share = `${supported}/${total}`
    if (share !== wanted) found.push(`${tier} coverage is ${share}, not ${wanted}`)
  }
  for (const { id, supported, detail } of entries) {
    if (supported !== uncovered.includes(id)) continue
    found.push(supported ? `${id} is covered now` : `${id} is not covered: ${short(detail)}`)
  }
  const failed = failedIn(conformance.results)
  for (const { id, message } of failed) {
    const isRight = run.differences[id] !== undefined || excused[id] !== undefined
    if (!isRight) found.push(`${id}: ${short(message)}`)
  }
  for (const id of Object.keys(run.differences)) {
    if (!failed.some(failure => failure.id === id)) found.push(`${id} passes, and should not`)
  }
  for (const { id, reason } of unjudgedIn(conformance.results)) {
    if (run.unjudged[id] === undefined) found.push(`${id} is not judged: ${short(reason)}`)
  }
  return found
}

function notesOn({ conformance: { results } }: Report, run: Run): string[] {
  const failed = failedIn(results).flatMap(({ id }) => {
    const why = run.differences[id] ?? excused[id]
    return why === undefined ? [] : [`fails, and should: ${id}: ${why}`]
  })
  const open = unjudgedIn(results).flatMap(({ id }) => {
    const why = run.unjudged[id]
    return why === undefined ? [] : [`not judged: ${id}: ${why}`]
  })
  return [...failed, ...open]
}

function failedIn(results: readonly Result[]) {
  const failed = results.filter(({ outcome }) => outcome === 'fail')
  const failures = failed.flatMap(({ failures = [] }) => failures)
  return failures.filter(({ severity }) => severity === 'MUST')
}

function unjudgedIn(results: readonly Result[]) {
  return results.filter(({ outcome }) => outcome !== 'pass' && outcome !== 'fail')
}

async function reportOn({ dialect, lenient = false, model }: Run): Promise<Report> {
  await using mock = await createMockServer({ dialect, lenient, ttft: '5ms', itl: '1ms', seed: 1 })
  const home = await mkdtemp(join(tmpdir(), 'tokadence-llmprobe-'))
  const args = [llmprobe, mock.url, '--api-key', 'sk-probe', '--model', model]
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
