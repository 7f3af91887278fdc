/** What the torture shows of the SDKs that are built in test/sdk: as they are known to behave. */
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Card } from '../../bench/torture/card.ts'
import { faultsOf, tortureCard } from '../helpers/torture-card.ts'

const packages = fileURLToPath(new URL('../sdk', import.meta.url))
const isBuilt = existsSync(`${packages}/node_modules/ai`)
const mayNotSkip = process.env.NO_SKIP === '1'

describe.skipIf(!isBuilt && !mayNotSkip)('the torture of other clients', () => {
  let card: Card
  beforeAll(async () => {
    const clients = 'tokadence-sdk,openai-7,ai-sdk,langchain'
    card = await tortureCard('--clients', clients, '--packages', packages)
  })

  test.each([
    ['tokadence-sdk', []],
    [
      'openai-7',
      [
        'truncate: silent',
        'done-in-middle: silent',
        'error-200: silent, empty',
        'html-200: silent, empty',
        'empty-200: silent, empty',
        'insufficient-quota: 3 sends',
        'retry-after-long: too soon',
        'hang-after-headers: hangs',
        'stall: hangs',
        'empty-data: error',
        'empty-event: error',
        'ping-event: error',
        'unknown-event: error',
        'choices-null: error',
      ],
    ],
    [
      'ai-sdk',
      [
        'truncate: silent',
        'error-200: silent, empty',
        'html-200: silent, empty',
        'empty-200: silent, empty',
        'insufficient-quota: 3 sends',
        'retry-after-long: too soon',
        'open-after-done: error',
        'unended-last-event: silent',
        'no-last-chunk: error',
        'empty-data: error',
        'ping-event: error',
        'unknown-event: error',
        'choices-null: error',
      ],
    ],
    [
      'langchain',
      [
        'truncate: silent',
        'error-event-flat: silent',
        'done-in-middle: silent',
        'error-200: silent, empty',
        'html-200: silent, empty',
        'empty-200: silent, empty',
        'hang-after-headers: hangs',
        'stall: hangs',
        'open-after-done: hangs',
        'unended-last-event: silent',
        'no-last-chunk: error',
        'empty-data: error',
        'empty-event: error',
      ],
    ],
  ])('%s', (client, faults) => {
    expect(faultsOf(card, client)).toEqual(faults)
    expect(card.clients.map(({ name }) => name)).toContain(client)
  })
})
