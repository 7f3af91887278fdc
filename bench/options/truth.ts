/** How far the run is trusted. */
import { choice, duration, type OptionTable } from '../../base/option-table.ts'

export const truthOptions = {
  calibrate: duration({
    help: 'Before the run, measure the bench itself for so long, on a mock server in a process of its own. 0s: not. Default: 2s for the command, not at all in code.',
  }),
  invalid: choice(['fail', 'warn'], {
    fallback: 'fail',
    help: 'What comes of a run that the load generator has spoilt, being late or short of a core: exit code 4, or a warning.',
  }),
} satisfies OptionTable
