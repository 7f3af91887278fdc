/** The bench's option table: every setting of a load run, a file a group. */
import type { OptionTable } from '../base/option-table.ts'
import { exportOptions } from './options/exports.ts'
import { gateOptions } from './options/gate.ts'
import { loadOptions } from './options/load.ts'
import { reportOptions } from './options/reports.ts'
import { retryOptions } from './options/retries.ts'
import { safetyOptions } from './options/safety.ts'
import { truthOptions } from './options/truth.ts'
import { workOptions } from './options/work.ts'

export const benchOptions = {
  ...workOptions,
  ...loadOptions,
  ...retryOptions,
  ...safetyOptions,
  ...truthOptions,
  ...gateOptions,
  ...reportOptions,
  ...exportOptions,
} satisfies OptionTable
