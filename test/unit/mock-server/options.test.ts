import { expect, test } from 'vitest'
import { readOptions } from '../../../base/option-table.ts'
import { serverOptions } from '../../../mock-server/options.ts'

test('every default is one that the option itself allows', () => {
  const refused = Object.entries(serverOptions).filter(
    ([, { fallback, read }]) => fallback !== undefined && read(fallback as never) === undefined,
  )
  expect(refused).toEqual([])
})

test('without options it listens on loopback, at 4010, at the pace of a real provider', () => {
  const { ttft, itl, tokens, reasoning, batchTime, ...options } = readOptions(
    serverOptions,
    {},
    'test',
  )
  const paces = [ttft, itl, tokens, reasoning, batchTime]
  expect(paces.map(({ mean }) => mean)).toEqual([350, 18, 64, 64, 2000])
  const set = Object.entries(options).filter(([, value]) => value !== undefined)
  expect(Object.fromEntries(set)).toEqual({
    port: 4010,
    host: '127.0.0.1',
    tls: false,
    apiKey: [],
    models: [],
    dialect: 'openai',
    lenient: false,
    fixtures: [],
    fixturesOnly: false,
    idempotency: 10_000,
    fault: [],
    limitScope: 'key-and-model',
    limitQuantum: 60_000,
    countRefused: false,
    limitHeaders: 'live',
    retryAfter: 'both',
    promptCache: 'on',
    clock: 'system',
    startup: 0,
    maxBodyBytes: 33_554_432,
    journal: 1000,
    logLevel: 'info',
    metricsDialect: 'openai',
  })
})
