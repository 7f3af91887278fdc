import { expect, test } from 'vitest'
import { azurePath } from '../../../../mock-server/dialects/azure-path.ts'

const paths: readonly (readonly [url: string, path?: string, deployment?: string])[] = [
  [
    '/openai/deployments/my-gpt/chat/completions?api-version=2024-10-21',
    '/chat/completions',
    'my-gpt',
  ],
  ['/openai/deployments/my%20gpt/embeddings', '/embeddings', 'my gpt'],
  ['/openai/deployments/tts/audio/speech?api-version=x', '/audio/speech', 'tts'],
  ['/openai/v1/chat/completions', '/chat/completions'],
  ['/openai/v1/responses/resp_1?stream=true', '/responses/resp_1'],
  ['/openai/responses?api-version=preview', '/responses'],
  ['/openai/models?api-version=2024-10-21', '/models'],
  ['/openai/deployments/my-gpt/models'],
  ['/openai/deployments/my-gpt'],
  ['/openai/deployments'],
  ['/openai/deployments/%E0%A4%A/chat/completions'],
  ['/openai/v1'],
  ['/openai'],
  ['/openai/'],
  ['/v1/chat/completions'],
  ['/openaix/chat/completions'],
]

test.each(paths.map(row => ({ row })))('$row.0 is $row.1', ({ row: [url, path, deployment] }) => {
  expect(azurePath(url)).toEqual(path && { path, deployment })
})
