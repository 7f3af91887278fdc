/** What the run must keep to, and who is told. */
import { flag, integer, type OptionTable, text } from '../../base/option-table.ts'
import { compareOptions } from './compare.ts'
import { ruleList } from './rule-list.ts'

/** Who is told of the verdicts. */
export const gateReportOptions = {
  junit: text({ label: 'FILE', help: "Write the verdicts as JUnit's XML." }),
  markdown: text({
    label: 'FILE|-',
    help: 'Write the results as Markdown, to a file or to stdout with -.',
  }),
  github: flag({
    help: 'Print annotations for GitHub Actions and append to its step summary; on by itself in Actions.',
  }),
} satisfies OptionTable

export const gateOptions = {
  threshold: ruleList(
    "A limit such as 'ttft: p(95)<500ms' or 'errors: rate<1%'; missing one exits with 99. May be given again.",
  ),
  slo: ruleList(
    "What a request must meet to count as goodput, such as 'ttft: max<1s' or 'itl: p(95)<50ms'. May be given again.",
  ),
  strictSamples: flag({
    help: 'A percentile limit that rests on too few samples does not pass: the run is inconclusive, exit code 4.',
  }),
  against: text({
    label: 'URL',
    help: 'Measure this base by turns with --url, in one run, and say whether --url is worse.',
  }),
  rounds: integer(6, 1000, {
    fallback: 20,
    help: 'With --against: rounds that the duration is cut into, a turn of each side in every one.',
  }),
  ...compareOptions,
  ...gateReportOptions,
} satisfies OptionTable
