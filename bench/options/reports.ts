/** Where the results go. */
import { choice, type OptionTable, text } from '../../base/option-table.ts'
import { otherTools } from '../reporters/compat/tool.ts'

export const reportOptions = {
  json: text({
    label: 'FILE|-',
    help: 'Write the results as JSON to a file, or to stdout with -.',
  }),
  html: text({ label: 'FILE', help: 'Write a report as one self-contained HTML page.' }),
  samples: text({
    label: 'FILE',
    help: 'Write every request with all its stamps while the run lasts, a JSON object a line; `tokadence report FILE` makes any report of it.',
  }),
  csv: text({ label: 'FILE', help: 'Write the measured requests as CSV, a row each.' }),
  compat: choice(otherTools, {
    help: 'Show the run also by the definitions and names of another tool, with what differs.',
  }),
  label: text({ help: 'A name for the run, shown in reports.' }),
} satisfies OptionTable
