import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { operationFor, sdkSurface } from '../../../../protocol/sdk/surface.ts'

const { operations, definitions, version } = sdkSurface()
const folder = dirname(createRequire(import.meta.url).resolve('openai'))

test('every request that the installed SDK makes is an operation', () => {
  const resources = join(folder, 'resources')
  const calls = readdirSync(resources, { recursive: true, encoding: 'utf8' })
    .filter(path => path.endsWith('.js'))
    .flatMap(
      path => readFileSync(join(resources, path), 'utf8').match(/this\._client\.\w+\(/g) ?? [],
    )
  expect(operations).toHaveLength(calls.length)
  expect(operations.length).toBeGreaterThan(270)
  expect(version).toBe(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version)
})

test('every definition that is named is there', () => {
  const named = operations.flatMap(({ response, stream }) => [response ?? [], stream ?? []].flat())
  const references = JSON.stringify(definitions).match(/(?<="#\/definitions\/)[^"]+/g) ?? []
  expect(references.length).toBeGreaterThan(1000)
  for (const name of new Set([...named, ...references]))
    expect(definitions, name).toHaveProperty([name])
})

test('what answers with an object or a page says of which type, and nothing else does', () => {
  for (const { kind, response, path } of operations) {
    expect(response !== undefined, path).toBe(kind === 'json' || kind === 'page')
  }
})

test.each([
  [
    'POST',
    '/chat/completions',
    { kind: 'json', response: 'ChatCompletion', stream: 'ChatCompletionChunk' },
    {},
  ],
  ['GET', '/files', { kind: 'page', response: 'FileObject' }, {}],
  ['GET', '/files/file-1/content', { kind: 'binary' }, { fileID: 'file-1' }],
  ['DELETE', '/containers/c', { kind: 'none' }, { containerID: 'c' }],
  ['POST', '/organization/certificates/activate', { kind: 'page' }, {}],
  [
    'GET',
    '/videos/characters/abc',
    { response: 'VideoGetCharacterResponse' },
    { characterID: 'abc' },
  ],
  ['GET', '/models/ft%3Agpt%2Fx', { response: 'Model' }, { model: 'ft:gpt/x' }],
  ['GET', '/threads/t/runs/r%zz', { response: 'Run' }, { thread_id: 't', runID: 'r%zz' }],
])('%s %s is found', (method, path, expected, params) => {
  const found = operationFor(method, path)
  expect(found?.operation).toMatchObject(expected)
  expect(found?.params).toEqual(params)
})

test('the beta of an operation is found where it is asked for, else the other', () => {
  expect(operationFor('POST', '/responses', true)?.operation.response).toBe('BetaResponse')
  expect(operationFor('POST', '/responses')?.operation.response).toBe('Response')
  expect(operationFor('POST', '/batches', true)?.operation.response).toBe('Batch')
})

test.each([
  ['GET', '/_stainless_unknown_path'],
  ['GET', '/'],
  ['GET', ''],
  ['GET', '/files/'],
  ['PUT', '/files'],
  ['GET', '/files/a/b/c'],
  ['GET', '/v1/files'],
])('%s %s is not', (method, path) => {
  expect(operationFor(method, path)).toBe(undefined)
})
