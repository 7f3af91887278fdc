/**
 * `tokadence/vitest`, a globalSetup: one mock server for the whole test run.
 *
 *   // vitest.config.ts
 *   test: { globalSetup: 'tokadence/vitest' }
 *   // a test
 *   new OpenAI({ baseURL: inject('openaiBaseUrl'), apiKey: 'any' })
 */
import type {} from 'vitest'
import type { TestProject } from 'vitest/node'
import { createMockServer, type MockServerOptions } from './index.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The mock server's base URL, `/v1` included. */
    openaiBaseUrl: string
  }
}

/** A globalSetup with options of one's own: `export default mockServerSetup({ rpm: 60 })`. */
export function mockServerSetup(options: MockServerOptions = {}) {
  return async (project: TestProject): Promise<() => Promise<void>> => {
    const mock = await createMockServer({ ttft: 0, itl: 0, ...options })
    project.provide('openaiBaseUrl', mock.url)
    process.env.OPENAI_BASE_URL = mock.url
    process.env.OPENAI_API_KEY ??= 'sk-tokadence'
    return () => mock.close()
  }
}

export default mockServerSetup()
