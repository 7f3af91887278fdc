/** `tokadence verify`: asks a running mock server whether its clients did as expected. */
import { systemClock } from '../base/clock.ts'
import { flag, list, text } from '../base/option-table.ts'
import { defineCommand, type ExitCode, exitCode } from './command.ts'
import { writeOutput } from './output-file.ts'

export const command = defineCommand({
  name: 'verify',
  summary: "whether clients did as expected, by a running mock server's journal; JUnit for CI",
  options: {
    url: text({
      label: 'URL',
      help: 'Where the mock server is, with or without `/v1`.',
      fallback: 'http://127.0.0.1:4010/v1',
      env: ['OPENAI_BASE_URL'],
    }),
    expect: list({
      label: 'FILE|RULES',
      help: "What is expected: a YAML or JSON file, or what would stand in one, e.g. 'maxInFlight: 8'.",
      split: false,
    }),
    controlToken: text({
      label: 'TOKEN',
      help: "The server's control token, where it has one.",
    }),
    junit: text({ label: 'FILE', help: "Writes the results as JUnit's XML, too." }),
    list: flag({ help: 'Prints every assertion and its settings instead.' }),
    json: flag({ help: 'Prints JSON.' }),
  },

  async run({ options, origins, signal, stdout, stderr }) {
    const { url, expect, controlToken, junit, json } = options
    if (options.list) {
      const { assertionList, assertionLines } = await import('../mock-server/verify/list.ts')
      stdout.write(json ? `${JSON.stringify(assertionList(), null, 2)}\n` : assertionLines())
      return exitCode.ok
    }
    const { readExpectFiles } = await import('./verify-expect.ts')
    const { askServer } = await import('./verify-ask.ts')
    const expectations = await readExpectFiles(expect, origins.expect)
    const asked = { url, controlToken, signal, origin: origins.url }
    const verification = await askServer(expectations, asked).catch(error => {
      if (!signal.aborted) throw error
    })
    if (verification === undefined) return exitCode.interrupted
    if (typeof verification === 'string') {
      stderr.write(`tokadence: ${verification}\n`)
      return exitCode.unreachable
    }
    if (junit !== undefined) {
      const { verificationXml } = await import('../mock-server/verify/junit.ts')
      const xml = verificationXml(verification, { atMs: systemClock.wallMs() })
      await writeOutput('junit', junit, xml, { origins })
    }
    const { reportText } = await import('../mock-server/verify/report.ts')
    if (json) stdout.write(`${JSON.stringify(verification, null, 2)}\n`)
    else stdout.write(`${reportText(verification)}\n`)
    if (process.env.GITHUB_ACTIONS === 'true' && !json) {
      const { annotations } = await import('./verify-github.ts')
      stdout.write(annotations(verification))
    }
    return codeOf(verification.results.map(({ verdict }) => verdict))
  },
})

/** What is inconclusive is no pass; what failed counts for more. */
function codeOf(verdicts: readonly string[]): ExitCode {
  if (verdicts.includes('failed')) return exitCode.missed
  return verdicts.includes('inconclusive') ? exitCode.invalid : exitCode.ok
}
