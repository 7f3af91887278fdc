/** Ways to get many documents done: ours, and two that are often met. */
import { OpenAI } from 'openai'
import { Agent, request } from 'undici'
import type { Random } from '../../base/random.ts'
import { createClient, type GivenClientOptions } from '../../client/index.ts'
import { chatBody } from './read-stream.ts'
import { type SharedTime, withPackageTimers } from './shared-time.ts'

export interface Policy {
  readonly name: string
  /** Resolves to how many of `documents` came to nothing; `note`: anything worth telling. */
  run(work: Work): Promise<{ lost: number; note?: string }>
}

export interface Work {
  readonly url: string
  readonly documents: readonly string[]
  readonly time: SharedTime
  readonly random: Random
}

export function ours(options: GivenClientOptions = {}): Policy {
  return {
    name: 'tokadence',
    async run({ url, documents, time, random }) {
      const given = { url, apiKey: 'sk-pace', counting: 'off', ...options } as const
      await using client = createClient(given, { clock: time.clock, random })
      const answers = documents.map(content =>
        client.complete({ messages: [{ role: 'user', content }] }).then(
          () => 0,
          () => 1,
        ),
      )
      const lost = (await Promise.all(answers)).reduce<number>((sum, one) => sum + one, 0)
      return { lost, note: `limit ${client.limiter.limit}` }
    },
  }
}

/**
 * A semaphore, and a back-off within it on 429 alone: as long as retry-after says, else min(60, 2^n + U(0, 1))
 * seconds, six tries.
 */
export function semaphoreWithBackoff(slots: number): Policy {
  const TRIES = 6
  return {
    name: `Semaphore(${slots}), back-off on 429`,
    async run({ url, documents, time, random }) {
      const agent = new Agent({ headersTimeout: 0, bodyTimeout: 0 })
      const left = [...documents]
      let lost = 0
      async function one(content: string): Promise<boolean> {
        for (let n = 0; n < TRIES; n++) {
          const { statusCode, headers, body } = await request(`${url}/chat/completions`, {
            method: 'POST',
            dispatcher: agent,
            headers: { authorization: 'Bearer sk-pace', 'content-type': 'application/json' },
            body: chatBody(content, { stream: true }),
          })
          const text = await body.text()
          if (statusCode === 200) return text.includes('[DONE]')
          if (statusCode !== 429) return false
          const askedS = Number(headers['retry-after'] ?? Number.NaN)
          const waitS = Number.isNaN(askedS) ? Math.min(60, 2 ** n + random.next()) : askedS
          await time.sleep(waitS * 1000)
        }
        return false
      }
      async function worker(): Promise<void> {
        for (let next = left.shift(); next !== undefined; next = left.shift()) {
          if (!(await one(next))) lost++
        }
      }
      await Promise.all(Array.from({ length: slots }, worker))
      await agent.destroy()
      return { lost }
    },
  }
}

/** The official package as it comes, two retries, everything at once. */
export const packageAtOnce: Policy = {
  name: 'openai package, all at once',
  async run({ url, documents, time }) {
    const restore = withPackageTimers(time.clock)
    try {
      const client = new OpenAI({ baseURL: url, apiKey: 'sk-pace', maxRetries: 2, logLevel: 'off' })
      const answers = documents.map(async content => {
        try {
          const stream = await client.chat.completions.create({
            model: 'gpt-4o-mini',
            messages: [{ role: 'user', content }],
            stream: true,
          })
          let reason: string | null | undefined
          for await (const { choices } of stream) reason = choices[0]?.finish_reason ?? reason
          return reason ? 0 : 1
        } catch {
          return 1
        }
      })
      return { lost: (await Promise.all(answers)).reduce<number>((sum, one) => sum + one, 0) }
    } finally {
      restore()
    }
  },
}
