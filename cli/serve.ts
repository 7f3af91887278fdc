/** `tokadence serve`: the mock server, until it is told to stop. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { type RunningServer, startMockServer } from '../mock-server/index.ts'
import { serverOptions } from '../mock-server/options.ts'
import { defineCommand, exitCode } from './command.ts'

/** How long streams in flight may go on after SIGTERM. */
const GRACE_MS = 30_000

export const command = defineCommand({
  name: 'serve',
  summary: 'the mock server: an OpenAI-compatible provider',
  options: serverOptions,

  async run({ options, signal, stdout, stderr }) {
    const { logLevel } = options
    const tell = (line: string) => {
      if (logLevel === 'info' || logLevel === 'debug') stderr.write(`${line}\n`)
    }
    // V8 takes what requests make for long-lived and puts it where only the slow collector comes by: without this
    // guess of its own the server answers up to twice as many blocking requests a second.
    setFlagsFromString('--no-allocation-site-pretenuring')
    const mock = await startMockServer(options, { write: line => stderr.write(`${line}\n`) })
    const key = options.apiKey[0] ?? 'sk-tokadence'
    stdout.write(`export OPENAI_BASE_URL=${mock.url}\nexport OPENAI_API_KEY=${key}\n`)
    await using certificate = await certificateFile(mock, options)
    if (certificate) stdout.write(`export NODE_EXTRA_CA_CERTS=${certificate.path}\n`)
    // Needed by the first request, and not before the server listens: it takes as long as all the rest.
    const { loadTokenizer } = await import('../protocol/tokens/tokenizer.ts')
    await loadTokenizer('o200k_base')
    tell(`tokadence serves on ${mock.origin}`)
    tell(`live page: ${mock.origin}/_tokadence/`)

    if (!signal.aborted) {
      await new Promise(resolve => signal.addEventListener('abort', resolve, { once: true }))
    }
    tell('draining: streams in flight go on')
    await mock.close({ graceMs: GRACE_MS })
    return signal.reason === 'SIGINT' ? exitCode.interrupted : exitCode.ok
  },
})

/** The certificate that was made at start, where clients can be pointed to; gone when the server is. */
async function certificateFile(
  { certificate }: RunningServer,
  { tlsCert }: { tlsCert: string | undefined },
): Promise<(AsyncDisposable & { readonly path: string }) | undefined> {
  if (certificate === undefined || tlsCert !== undefined) return undefined
  const folder = await mkdtemp(join(tmpdir(), 'tokadence-'))
  const path = join(folder, 'certificate.pem')
  await writeFile(path, certificate)
  return { path, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) }
}
