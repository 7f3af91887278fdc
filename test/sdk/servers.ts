/** The mock servers that SDKs are let loose on. */
import { createMockServer, type MockServer } from '../../mock-server/index.ts'

export const apiKey = 'sk-sdk-0123456789'

const models = [
  'gpt-4o-mini',
  'gpt-5-mini',
  'gpt-4o-mini-tts',
  'gpt-4o-mini-transcribe',
  'gpt-image-1',
  'omni-moderation-latest',
  'text-embedding-3-small',
]

export interface Servers extends AsyncDisposable {
  readonly open: MockServer
  /** One request a minute. */
  readonly perMinute: MockServer
  /** 30 requests a minute, one each two seconds. */
  readonly paced: MockServer
  /** What a program in whatever language needs to know of them. */
  readonly env: Readonly<Record<string, string>>
}

export async function startServers(): Promise<Servers> {
  const common = {
    ttft: 0,
    itl: 0,
    tokens: 12,
    seed: 1,
    apiKey: [apiKey],
    logLevel: 'error',
  } as const
  const open = await createMockServer({ ...common, batchTime: '50ms', models })
  const perMinute = await createMockServer({ ...common, rpm: 1 })
  const paced = await createMockServer({ ...common, rpm: 30, limitQuantum: '2s' })
  open.when({ toolResult: 'get_weather' }).reply('They say: {{result}}')
  open
    .when('out of order')
    .reply({ error: { name: 'server_error', headers: { 'retry-after-ms': 5 } } })
  open.when('forbidden').reply({ refusal: 'I would rather not.' })
  open.when('Filter it').reply({ text: '{', finishReason: 'content_filter' })
  open.when('Slowly').reply({ itl: '20ms' })
  open.when('Very late').reply({ ttft: '30s' })
  return {
    open,
    perMinute,
    paced,
    env: {
      OPENAI_BASE_URL: open.url,
      OPENAI_API_KEY: apiKey,
      PER_MINUTE_URL: perMinute.url,
      PACED_URL: paced.url,
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([open, perMinute, paced].map(server => server.close()))
    },
  }
}
