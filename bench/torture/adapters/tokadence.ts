/** The client of this package: its time-outs for silence set, as many sends as the others' three, else as it is. */
import { version } from '../../../base/package.ts'
import { createRandom } from '../../../base/random.ts'
import { createClient } from '../../../client/index.ts'
import type { Adapter } from '../witness.ts'

export function tokadenceAdapter(transport: 'wire' | 'sdk'): Adapter {
  return {
    version: `tokadence ${version}, ${transport}`,
    async ask({ baseURL, apiKey, prompt, timeoutMs, signal }, say) {
      // The same chance every time, so that two cards can be compared.
      const random = createRandom('torture')
      await using client = createClient(
        {
          url: baseURL,
          apiKey,
          transport,
          maxAttempts: 3,
          firstTokenTimeout: timeoutMs,
          idleTimeout: timeoutMs,
        },
        { random },
      )
      const stream = client.stream({ messages: [{ role: 'user', content: prompt }] }, { signal })
      for await (const frame of stream) if (frame.kind === 'content') say(frame.text)
    },
  }
}
