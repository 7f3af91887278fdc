/** The `openai` package, as its README has it. */
import type { OpenAI } from 'openai'
import { findPackage } from '../packages.ts'
import type { Adapter } from '../witness.ts'

/** Of this major version, under its own name or as `openai-7`; undefined: not installed. */
export function openaiAdapter(major: number, folders: readonly string[]): Adapter | undefined {
  for (const folder of folders) {
    for (const name of [`openai-${major}`, 'openai']) {
      const found = findPackage<{ OpenAI: typeof OpenAI }>(name, [folder])
      if (found && Number.parseInt(found.version, 10) === major) {
        return adapterOf(found.module.OpenAI, found.version)
      }
    }
  }
  return undefined
}

function adapterOf(Client: typeof OpenAI, version: string): Adapter {
  return {
    version: `openai ${version}`,
    async ask({ baseURL, apiKey, prompt, timeoutMs, signal }, say) {
      const client = new Client({ baseURL, apiKey, timeout: timeoutMs })
      const messages = [{ role: 'user' as const, content: prompt }]
      const stream = await client.chat.completions.create(
        { model: 'gpt-4o-mini', messages, stream: true },
        { signal },
      )
      for await (const chunk of stream) say(chunk.choices[0]?.delta?.content ?? '')
    },
  }
}
