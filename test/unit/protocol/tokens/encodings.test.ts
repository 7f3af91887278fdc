import { expect, test } from 'vitest'
import { encodingFor } from '../../../../protocol/tokens/encodings.ts'

test.each([
  ['gpt-4o-mini', 'o200k_base', true],
  ['gpt-4o-2024-08-06', 'o200k_base', true],
  ['chatgpt-4o-latest', 'o200k_base', true],
  ['gpt-4.1-nano', 'o200k_base', true],
  ['gpt-5', 'o200k_base', true],
  ['o3-mini', 'o200k_base', true],
  ['gpt-4', 'cl100k_base', true],
  ['gpt-4-turbo', 'cl100k_base', true],
  ['gpt-3.5-turbo', 'cl100k_base', true],
  ['gpt-35-turbo', 'cl100k_base', true], // Azure's spelling
  ['text-embedding-3-small', 'cl100k_base', true],
  ['ft:gpt-4o-mini-2024-07-18:org::id', 'o200k_base', true],
  ['ft:gpt-3.5-turbo:org::id', 'cl100k_base', true],
  ['llama-3', 'o200k_base', false], // a guess
  ['', 'o200k_base', false],
])('%s speaks %s, exact: %s', (model, encoding, exact) => {
  expect(encodingFor(model)).toEqual({ encoding, exact })
})
