/** `tokadence compare BASE HEAD`: two runs from their files; how far they are apart, and whether that is chance. */
import { OptionError } from '../base/option-error.ts'
import { flag, text } from '../base/option-table.ts'
import type { Comparison } from '../bench/compare/comparison.ts'
import { compareOptions } from '../bench/options/compare.ts'
import { gateReportOptions } from '../bench/options/gate.ts'
import { reportOptions } from '../bench/options/reports.ts'
import { type Call, defineCommand } from './command.ts'
import { checkGateFiles, exitOf, reportGate } from './gate-reports.ts'
import { checkOutput, writeOutput } from './output-file.ts'

const { html } = reportOptions
const options = {
  ...compareOptions,
  seed: text({ fallback: 'tokadence', help: 'Seeds the redrawing: the same files give the same.' }),
  json: flag({ help: 'Prints JSON.' }),
  html,
  ...gateReportOptions,
}

type Names = { readonly base: string; readonly head: string }

export const command = defineCommand({
  name: 'compare',
  summary: 'two runs: how far apart, with intervals; better, same, worse or inconclusive',
  words: {
    label: 'BASE HEAD',
    help: 'Two files that bench wrote, with --json or --samples.',
    required: true,
  },
  options,

  async run(call) {
    const [base, head, more] = call.words
    if (base === undefined || head === undefined || more !== undefined) {
      throw new OptionError('words', undefined, 'write two files, BASE and HEAD', {
        origin: 'compare',
      })
    }
    await checkOutput('html', call.options.html, call)
    await checkGateFiles(call)
    const { compareFiles } = await import('../bench/compare/files.ts')
    const { questionOf } = await import('../bench/compare/question.ts')
    const { checksOfComparison, outcomeOfAll } = await import('../bench/reporters/checks.ts')
    const { seed } = call.options
    const compared = await compareFiles(base, head, { ...questionOf(call.options), seed })
    const { comparison } = compared
    const checks = checksOfComparison(comparison)
    await print(call, comparison, { base, head })
    if (call.options.html !== undefined) {
      const { formatComparisonHtml } = await import('../bench/reporters/comparison-html.ts')
      const page = formatComparisonHtml(compared, { base, head })
      await writeOutput('html', call.options.html, page, call)
      peopleOf(call).write(`report: ${call.options.html}\n`)
    }
    await reportGate(
      { ...call, people: peopleOf(call) },
      {
        name: 'tokadence compare',
        checks,
        async markdown() {
          const { comparisonMarkdown } = await import('../bench/reporters/comparison-markdown.ts')
          return comparisonMarkdown(comparison, { base, head })
        },
      },
    )
    return exitOf(outcomeOfAll(checks))
  },
})

async function print(
  call: Call<typeof options>,
  comparison: Comparison,
  names: Names,
): Promise<void> {
  const { formatComparison } = await import('../bench/reporters/comparison-table.ts')
  const { paintFor } = await import('../bench/reporters/paint.ts')
  const people = peopleOf(call)
  people.write(`${formatComparison(comparison, names, paintFor(people, process.env))}\n`)
  if (!call.options.json) return
  call.stdout.write(`${JSON.stringify({ ...names, ...comparison }, null, 2)}\n`)
}

/** Programs have stdout to themselves. */
function peopleOf({ options: asked, stdout, stderr }: Call<typeof options>): NodeJS.WriteStream {
  return asked.json || asked.markdown === '-' ? stderr : stdout
}
