import { describe, expect, test } from 'vitest'
import { createClient } from '../../client/index.ts'
import { dialectNames } from '../../mock-server/dialects/index.ts'
import { createMockServer } from '../../mock-server/index.ts'

const messages = [{ role: 'user', content: 'Say it.' }] as const
const tool = {
  type: 'function',
  function: { name: 'look_up', parameters: { type: 'object', properties: {} } },
}

describe.each(dialectNames)('a server that speaks as %s does', dialect => {
  test.each(['wire', 'sdk'] as const)(
    'is read as any other, over the %s transport',
    async transport => {
      await using mock = await createMockServer({ dialect, ttft: 0, itl: 0, seed: 1 })
      // A slash at the end of the address makes no second one.
      await using client = createClient({ url: `${mock.url}/`, transport, maxAttempts: 1 })
      mock.when('Say it.').replyOnce('One two three.').replyOnce({ calls }).reply('Whole.')

      const said = await client.complete({ messages })
      expect(said).toMatchObject({ text: 'One two three.', how: 'complete', failure: undefined })
      expect(said.usage?.outputTokens).toBeGreaterThan(0)

      const called = await client.complete({ messages, extra: { tools: [tool] } })
      expect(called).toMatchObject({
        how: 'tool_calls',
        toolCalls: [
          { name: 'look_up', arguments: '{"city":"Oslo"}' },
          { name: 'look_up', arguments: '{"city":"Turin"}' },
        ],
      })
      expect(called.toolCalls[0]?.id).toMatch(/./)

      const whole = await client.complete({ messages, stream: false })
      expect(whole).toMatchObject({ text: 'Whole.', how: 'complete' })
    },
  )

  test('says in its own words what is wrong, and is understood', async () => {
    await using mock = await createMockServer({ dialect, ttft: 0, itl: 0, apiKey: 'sk-right' })
    await using client = createClient({ url: mock.url, apiKey: 'sk-wrong' })
    // xAI calls a wrong key a bad request.
    const refused = dialect === 'xai' ? ['bad-request', 400] : ['auth', 401]
    await expect(client.complete({ messages })).rejects.toMatchObject({
      failure: { kind: refused[0], status: refused[1], message: expect.stringMatching(/^[^{<]+$/) },
      attempts: { length: 1 },
    })
  })
})

const calls = ['Oslo', 'Turin'].map(city => ({ name: 'look_up', arguments: { city } }))
