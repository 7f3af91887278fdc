/** For whoever runs the server: what it tells, and who may ask. */
import { choice, integer } from '../../base/option-table.ts'

export const operationOptions = {
  journal: integer(0, 1_000_000, {
    label: 'N',
    help: 'How many requests the journal keeps.',
    fallback: 1000,
  }),
  logLevel: choice(['silent', 'error', 'info', 'debug'], {
    help: 'How much is told on standard error; debug tells every request.',
    fallback: 'info',
  }),
}
