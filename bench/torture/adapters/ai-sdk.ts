/** Vercel's AI SDK: `streamText` with either of its providers, and the time-outs that it has but does not set. */
import { findPackage } from '../packages.ts'
import type { Adapter } from '../witness.ts'

/** What is used of `ai` and its providers. */
interface Ai {
  streamText(options: {
    readonly model: unknown
    readonly prompt: string
    readonly abortSignal: AbortSignal
    readonly timeout: { readonly chunkMs: number; readonly totalMs: number }
    onError(): void
  }): { readonly fullStream: AsyncIterable<Part> }
}
type Part =
  | { readonly type: 'text-delta'; readonly text: string }
  | { readonly type: 'error'; readonly error: unknown }
  | { readonly type: 'abort'; readonly reason?: string }
interface Access {
  readonly baseURL: string
  readonly apiKey: string
}
interface OpenAIProvider {
  createOpenAI(access: Access): { chat(model: string): unknown }
}
interface CompatibleProvider {
  createOpenAICompatible(access: Access & { readonly name: string }): (model: string) => unknown
}

const MODEL = 'gpt-4o-mini'

export function aiSdkAdapter(folders: readonly string[]): Adapter | undefined {
  const provider = findPackage<OpenAIProvider>('@ai-sdk/openai', folders)
  if (!provider) return undefined
  const { createOpenAI } = provider.module
  const version = `@ai-sdk/openai ${provider.version}`
  return adapterOf(version, access => createOpenAI(access).chat(MODEL), folders)
}

export function aiSdkCompatibleAdapter(folders: readonly string[]): Adapter | undefined {
  const provider = findPackage<CompatibleProvider>('@ai-sdk/openai-compatible', folders)
  if (!provider) return undefined
  const { createOpenAICompatible } = provider.module
  const version = `@ai-sdk/openai-compatible ${provider.version}`
  const modelOf = (access: Access) => createOpenAICompatible({ ...access, name: 'mock' })(MODEL)
  return adapterOf(version, modelOf, folders)
}

function adapterOf(
  provider: string,
  modelOf: (access: Access) => unknown,
  folders: readonly string[],
): Adapter | undefined {
  const ai = findPackage<Ai>('ai', folders)
  if (!ai) return undefined
  const { streamText } = ai.module
  return {
    version: `ai ${ai.version}, ${provider}`,
    async ask({ baseURL, apiKey, prompt, timeoutMs, signal }, say) {
      const { fullStream } = streamText({
        model: modelOf({ baseURL, apiKey }),
        prompt,
        abortSignal: signal,
        timeout: { chunkMs: timeoutMs, totalMs: 2 * timeoutMs },
        onError: () => undefined,
      })
      for await (const part of fullStream) {
        if (part.type === 'text-delta') say(part.text)
        if (part.type === 'error') throw part.error
        if (part.type === 'abort') throw new Error(part.reason ?? 'aborted')
      }
    },
  }
}
