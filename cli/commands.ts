/** The commands by name. Each is loaded when it is called, so that `serve` starts without the rest. */
import type { Command } from './command.ts'

export interface Listed {
  readonly name: string
  readonly summary: string
  // biome-ignore lint/suspicious/noExplicitAny: commands differ in their option tables; each knows its own.
  load(): Promise<Command<any>>
}

export const defaultCommand = 'serve'

export const commands: readonly Listed[] = [
  {
    name: 'serve',
    summary: 'the mock server: an OpenAI-compatible provider on 127.0.0.1:4010',
    load: async () => (await import('./serve.ts')).command,
  },
  {
    name: 'chat',
    summary: 'streams one completion, then says its TTFT, tokens, cost and attempts',
    load: async () => (await import('./chat.ts')).command,
  },
  {
    name: 'summarise',
    summary: 'summarises documents: concurrency, retries, progress, cost of each and in total',
    load: async () => (await import('./summarise.ts')).command,
  },
  {
    name: 'relay',
    summary:
      'lets browsers stream from an API without its key: runs that survive reloads, and a page',
    load: async () => (await import('./relay.ts')).command,
  },
  {
    name: 'bench',
    summary: 'a load run: TTFT, gaps, throughput, outcomes, thresholds, exports',
    load: async () => (await import('./bench.ts')).command,
  },
  {
    name: 'tune',
    summary:
      'finds how many requests in flight are best under your objectives, or at which rate, and what binds them',
    load: async () => (await import('./tune.ts')).command,
  },
  {
    name: 'compare',
    summary: 'two runs: how far apart, with intervals; better, same, worse or inconclusive',
    load: async () => (await import('./compare.ts')).command,
  },
  {
    name: 'report',
    summary: "makes any report again, from a run's samples or its JSON",
    load: async () => (await import('./report.ts')).command,
  },
  {
    name: 'demo',
    summary: 'all of it in under a minute, on real documents, ending with a report',
    load: async () => (await import('./demo.ts')).command,
  },
  {
    name: 'lint',
    summary:
      'checks fixture files: every fault with its place, and handlers that are never reached',
    load: async () => (await import('./lint.ts')).command,
  },
  {
    name: 'profile',
    summary: "a provider's pace, from recordings or a load run, as options of serve",
    load: async () => (await import('./profile.ts')).command,
  },
  {
    name: 'verify',
    summary: "whether clients did as expected, by a running mock server's journal; JUnit for CI",
    load: async () => (await import('./verify.ts')).command,
  },
  {
    name: 'torture',
    summary: 'clients against a server that goes wrong in some 65 ways; a score card of each',
    load: async () => (await import('./torture.ts')).command,
  },
  {
    name: 'config',
    summary: 'the effective configuration and where each value came from',
    load: async () => (await import('./config.ts')).command,
  },
]
