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
  const { ttft, itl, tokens, ...options } = readOptions(serverOptions, {}, 'test')
  expect([ttft.mean, itl.mean, tokens.mean]).toEqual([350, 18, 64])
  expect(options).toEqual({
    port: 4010,
    host: '127.0.0.1',
    rpm: undefined,
    tpm: undefined,
    maxConcurrent: undefined,
    apiKey: [],
    models: [],
    seed: undefined,
    maxBodyBytes: 33_554_432,
    journal: 1000,
    logLevel: 'info',
  })
})
