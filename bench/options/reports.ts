/** Where the results go. */
import { type OptionTable, text } from '../../base/option-table.ts'

export const reportOptions = {
  json: text({
    label: 'FILE|-',
    help: 'Write the results as JSON to a file, or to stdout with -.',
  }),
  html: text({ label: 'FILE', help: 'Write a report as one self-contained HTML page.' }),
  label: text({ help: 'A name for the run, shown in reports.' }),
} satisfies OptionTable
