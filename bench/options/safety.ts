/** What a run may cost and when it gives up: asked for wherever the target is not this machine. */
import { dollars, flag, type OptionTable } from '../../base/option-table.ts'
import { clientOptions } from '../../client/options.ts'
import { parsed, parseShare, shareSyntax } from './parsed.ts'

export const safetyOptions = {
  maxCost: dollars({
    help: 'Stop, wait for what is in flight and report when the run has cost so much; exit code 4.',
  }),
  yes: flag({
    help: 'Send to a host that is not this machine, where requests may cost money, without being asked.',
  }),
  prices: clientOptions.prices,
  stopOnErrors: parsed<number>(
    {
      label: 'SHARE',
      allowed: `${shareSyntax}; 100%: never`,
      help: 'Stop when more than this share of the last 100 requests failed; exit code 99. Default: 50% for a host that is not this machine, else never.',
    },
    parseShare,
  ),
} satisfies OptionTable
