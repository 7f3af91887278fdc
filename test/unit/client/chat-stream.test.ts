import { expect, test } from 'vitest'
import { createClient } from '../../../client/index.ts'
import { createScriptedTransport } from '../../helpers/scripted-transport.ts'

const messages = [{ role: 'user', content: 'Hi' }] as const

test('a stream that goes out of scope is cancelled, and its result says what came', async () => {
  const { transport } = createScriptedTransport([{ say: ['Hello', ' world'], hang: true }])
  const client = createClient({}, { transport })
  let result: ReturnType<typeof client.stream>['result']
  {
    await using stream = client.stream({ messages })
    result = stream.result
    await expect.poll(() => stream.outputTokens).toBe(2)
  }
  expect(client.limiter.inFlight).toBe(0)
  expect(await result).toMatchObject({ how: 'aborted', usage: { source: 'estimate' } })
})
