/** `tokadence demo`: a chat, a batch under limits, blocking against streaming, a bench with its report. */
import { readdir } from 'node:fs/promises'
import { relative } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { styleText } from 'node:util'
import { type Given, type OptionTable, resolveOptions, text } from '../base/option-table.ts'
import { packageRoot } from '../base/package.ts'
import { createMockServer, type MockServerOptions } from '../mock-server/index.ts'
import { type Call, type Command, defineCommand, type ExitCode, exitCode } from './command.ts'
import { compareBlocking } from './demo-comparison.ts'

/** A small hosted model on an ordinary day. */
const profile = {
  ttft: 'lognormal(p50=350ms,p95=900ms)',
  itl: 'lognormal(p50=18ms,p95=40ms)',
  logLevel: 'silent',
} satisfies MockServerOptions

/** Tight enough that five documents at once run into both. */
const limits = { maxConcurrent: 3, tpm: 20_000 } satisfies MockServerOptions

const options = {
  html: text({ label: 'FILE', help: 'Where the report goes.', fallback: 'report.html' }),
}
type DemoCall = Call<typeof options>

export const command = defineCommand({
  name: 'demo',
  summary: 'all of it in under a minute, on real documents, ending with a report',
  options,

  async run(call) {
    const { options: own, stdout, signal } = call
    const say = (line: string) => stdout.write(`${line}\n`)
    const startedAtMs = performance.now()

    await using limited = await createMockServer({ ...profile, ...limits })
    await using open = await createMockServer(profile)
    say('A provider, a client and a bench. Everything stays on this machine; no key, no bill.')

    const acts: [title: string, act: () => Promise<ExitCode>][] = [
      [
        'A chat, token by token',
        async () => {
          const { command: chat } = await import('./chat.ts')
          const question = 'Why does a streamed answer feel faster than one that arrives whole?'
          say(styleText('dim', `> ${question}`, { stream: stdout }))
          return perform(chat, { url: limited.url }, [question], call)
        },
      ],
      [
        `A batch: five documents at once where ${limits.maxConcurrent} requests and ${limits.tpm.toLocaleString('en')} tokens a minute are let in`,
        async () => {
          const { command: summarise } = await import('./summarise.ts')
          const files = await documents()
          return perform(
            summarise,
            { url: limited.url, concurrency: 5, maxTokens: 64 },
            files,
            call,
          )
        },
      ],
      [
        'The same answer, blocking and streaming',
        () => compareBlocking(open.url, { signal, write: say }),
      ],
      [
        'A load run: 20 connections for 8 seconds',
        async () => {
          const { command: bench } = await import('./bench.ts')
          const load = { url: open.url, connections: 20, duration: '8s', warmup: '2s' }
          // The mock is in this very process, so the bench is late at times and must say so.
          const trust = { calibrate: '1s', invalid: 'warn' } as const
          return perform(bench, { ...load, ...trust, html: own.html, label: 'demo' }, [], call)
        },
      ],
    ]
    for (const [index, [title, act]] of acts.entries()) {
      say(`\n${styleText('bold', `${index + 1} · ${title}`, { stream: stdout })}\n`)
      const code = await act()
      if (signal.aborted) return exitCode.interrupted
      if (code !== exitCode.ok) return code
    }
    const seconds = ((performance.now() - startedAtMs) / 1000).toFixed(0)
    say(`\nDone in ${seconds} s. The report: ${pathToFileURL(own.html).href}`)
    return exitCode.ok
  },
})

/** Runs another command as if it had been typed with these options. */
function perform<Table extends OptionTable>(
  { options: table, run, name }: Command<Table>,
  given: Given<Table>,
  words: readonly string[],
  { signal, stdin, stdout, stderr }: DemoCall,
): Promise<ExitCode> {
  const entries = Object.entries(given).map(([key, value]) => ({
    key,
    value,
    origin: `demo: ${name}`,
  }))
  const { values, origins } = resolveOptions(table, entries)
  return run({ options: values, origins, words, signal, stdin, stdout, stderr })
}

/** The documents that come with the package, as paths from here where that is shorter. */
async function documents(): Promise<string[]> {
  const folder = fileURLToPath(new URL('examples/documents/', packageRoot))
  const names = await readdir(folder)
  return names
    .filter(name => name.endsWith('.md'))
    .sort()
    .map(name => {
      const whole = `${folder}${name}`
      const near = relative('.', whole)
      return near.length < whole.length ? near : whole
    })
}
