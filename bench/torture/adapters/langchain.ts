/** LangChain.js: `ChatOpenAI.stream`, with its `timeout`. */
import { dirname } from 'node:path'
import { findPackage } from '../packages.ts'
import type { Adapter } from '../witness.ts'

/** What is used of `@langchain/openai`. */
interface LangChain {
  readonly ChatOpenAI: new (options: {
    readonly model: string
    readonly apiKey: string
    readonly timeout: number
    readonly configuration: { readonly baseURL: string }
  }) => {
    stream(
      prompt: string,
      options: { readonly signal: AbortSignal },
    ): Promise<AsyncIterable<{ readonly text: string }>>
  }
}

export function langchainAdapter(folders: readonly string[]): Adapter | undefined {
  const found = findPackage<LangChain>('@langchain/openai', folders)
  if (!found) return undefined
  const { ChatOpenAI } = found.module
  const below = findPackage('openai', [dirname(found.path)])
  return {
    version: `@langchain/openai ${found.version} on openai ${below?.version ?? '?'}`,
    async ask({ baseURL, apiKey, prompt, timeoutMs, signal }, say) {
      const configuration = { baseURL }
      const model = 'gpt-4o-mini'
      const chat = new ChatOpenAI({ model, apiKey, timeout: timeoutMs, configuration })
      for await (const { text } of await chat.stream(prompt, { signal })) say(text)
    },
  }
}
