import { expect, test } from 'vitest'
import { OptionError } from '../../../../base/option-error.ts'
import { readOptions } from '../../../../base/option-table.ts'
import type { MockServerOptions } from '../../../../mock-server/index.ts'
import { serverOptions } from '../../../../mock-server/options.ts'
import { readRecordSettings } from '../../../../mock-server/record/settings.ts'

const settings = (given: MockServerOptions) =>
  readRecordSettings(readOptions(serverOptions, given, 'test'))

test('without upstream and recordings the mock server answers by itself', () => {
  expect(settings({})).toBe(undefined)
})

test('an upstream is its origin and the path before everything', () => {
  const upstreamOf = (upstream: string) => settings({ upstream })?.upstream
  expect(upstreamOf('https://api.openai.com/v1')).toEqual({
    origin: 'https://api.openai.com',
    basePath: '/v1',
    key: undefined,
  })
  expect(upstreamOf('http://[::1]:8080/a/b/')).toMatchObject({
    origin: 'http://[::1]:8080',
    basePath: '/a/b',
  })
  expect(upstreamOf('http://localhost:8080/')).toMatchObject({ basePath: '' })
})

test.each([
  [undefined, 1],
  [0.5, 0.5],
  ['2.5', 2.5],
  ['max', Number.POSITIVE_INFINITY],
])('the replay speed %s is %d', (replaySpeed, speed) => {
  expect(settings({ replay: 'x', replaySpeed })?.speed).toBe(speed)
})

test.each<[MockServerOptions, string]>([
  [
    { record: 'x' },
    'record: is of use only together with upstream, the API whose answers are recorded',
  ],
  [{ record: 'x', replay: 'x' }, 'record: is of use only together with upstream'],
  [{ upstreamKey: 'sk-secret' }, 'upstreamKey: is of use only together with upstream'],
  [{ replaySpeed: 'max' }, 'replaySpeed: is of use only together with replay'],
  [
    { upstream: 'api.openai.com/v1' },
    'upstream: write a base URL such as https://api.openai.com/v1',
  ],
  [{ upstream: 'https://x/v1?key=secret' }, 'without a key, query or #'],
  [{ replay: 'x', replaySpeed: -1 }, '-1 is not allowed; write a number above 0, or max'],
  [{ replay: 'x', replaySpeed: 'fast' }, '"fast" is not allowed; write a number above 0, or max'],
])('%j is refused, and no secret is said', (given, words) => {
  let error: unknown
  try {
    settings(given)
  } catch (thrown) {
    error = thrown
  }
  expect(error).toBeInstanceOf(OptionError)
  expect((error as Error).message).toContain(words)
  expect((error as Error).message).not.toContain('secret')
})
