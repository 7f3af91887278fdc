/** The dialects by name. One is loaded when a server speaks it; OpenAI's has nothing to load. */
import type { Dialect } from './dialect.ts'

const loaders = {
  openai: async () => openai,
  azure: async () => (await import('./azure.ts')).azure,
  'azure-async': async () => (await import('./azure-async.ts')).azureAsync,
  vllm: async () => (await import('./vllm.ts')).vllm,
  ollama: async () => (await import('./ollama.ts')).ollama,
  llamacpp: async () => (await import('./llamacpp.ts')).llamacpp,
  groq: async () => (await import('./groq.ts')).groq,
  mistral: async () => (await import('./mistral.ts')).mistral,
  deepseek: async () => (await import('./deepseek.ts')).deepseek,
  xai: async () => (await import('./xai.ts')).xai,
  openrouter: async () => (await import('./openrouter.ts')).openrouter,
  'anthropic-compat': async () => (await import('./anthropic-compat.ts')).anthropicCompat,
  lmstudio: async () => (await import('./lmstudio.ts')).lmstudio,
  'open-responses': async () => (await import('./open-responses.ts')).openResponses,
} as const satisfies Readonly<Record<string, () => Promise<Dialect>>>

export type DialectName = keyof typeof loaders

export const dialectNames = Object.keys(loaders) as [DialectName, ...DialectName[]]

/** Nothing differs. */
export const openai: Dialect = {}

export function loadDialect(name: DialectName): Promise<Dialect> {
  return loaders[name]()
}
