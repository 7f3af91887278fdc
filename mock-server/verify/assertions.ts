/** Every assertion by its name. A new one is an entry in a file of `assertions/`. */
import type { Assertion, GivenSettings } from './assertion.ts'
import { loadAssertions } from './assertions/load.ts'
import { numberAssertions } from './assertions/numbers.ts'
import { retryAssertions } from './assertions/retries.ts'
import { sentAssertions } from './assertions/sent.ts'
import { streamAssertions } from './assertions/streams.ts'
import { waitAssertions } from './assertions/waits.ts'

const table = {
  ...waitAssertions,
  ...retryAssertions,
  ...loadAssertions,
  ...sentAssertions,
  ...streamAssertions,
  ...numberAssertions,
}

export type AssertionName = keyof typeof table

/** What may be asserted, as it is written. */
export type GivenAssertions = {
  readonly [A in AssertionName]?: GivenSettings<(typeof table)[A]> | undefined
}

export const assertions = table as unknown as Readonly<Record<AssertionName, Assertion>>
export const assertionNames = Object.keys(table) as readonly AssertionName[]
