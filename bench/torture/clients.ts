/** The clients that can be tried, by name: each adapter is loaded where it is run. */
import { fileURLToPath } from 'node:url'
import { packageRoot } from '../../base/package.ts'
import type { Adapter } from './witness.ts'

export interface Listed {
  readonly name: string
  /** What to type to have it; undefined: it is always there. */
  readonly install: string | undefined
  /** Looks in `folders`; undefined: it is not there. */
  load(folders: readonly string[]): Promise<Adapter | undefined>
}

/** Tokadence depends on openai 6: it is there even if the user's project has none. */
const ownFolder = fileURLToPath(packageRoot)

const openai = (major: number): Listed => ({
  name: `openai-${major}`,
  install: `npm install openai-${major}@npm:openai@${major}`,
  load: async folders =>
    (await import('./adapters/openai.ts')).openaiAdapter(major, [...folders, ownFolder]),
})

const own = (name: string, transport: 'wire' | 'sdk'): Listed => ({
  name,
  install: undefined,
  load: async () => (await import('./adapters/tokadence.ts')).tokadenceAdapter(transport),
})

export const clients: readonly Listed[] = [
  own('tokadence', 'wire'),
  own('tokadence-sdk', 'sdk'),
  openai(6),
  openai(7),
  {
    name: 'ai-sdk',
    install: 'npm install ai @ai-sdk/openai',
    load: async folders => (await import('./adapters/ai-sdk.ts')).aiSdkAdapter(folders),
  },
  {
    name: 'ai-sdk-compatible',
    install: 'npm install ai @ai-sdk/openai-compatible',
    load: async folders => (await import('./adapters/ai-sdk.ts')).aiSdkCompatibleAdapter(folders),
  },
  {
    name: 'langchain',
    install: 'npm install @langchain/openai @langchain/core',
    load: async folders => (await import('./adapters/langchain.ts')).langchainAdapter(folders),
  },
]

export const clientNames = clients.map(({ name }) => name)
