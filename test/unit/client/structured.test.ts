import { expect, test } from 'vitest'
import { z } from 'zod'
import { createClient } from '../../../client/index.ts'
import {
  completeStructured,
  StructuredError,
  streamStructured,
} from '../../../client/structured.ts'
import { createScriptedTransport, type Line } from '../../helpers/scripted-transport.ts'

const messages = [{ role: 'user', content: 'List them.' }] as const
const Cities = z.object({ cities: z.array(z.object({ name: z.string(), people: z.number() })) })

function clientOf(script: Line[]) {
  const { transport, sent } = createScriptedTransport(script)
  return { client: createClient({ baseDelay: 0, whenCut: 'restart' }, { transport }), sent }
}
async function errorOf(call: Promise<unknown>): Promise<StructuredError> {
  const error = await call.catch((error: unknown) => error)
  expect(error).toBeInstanceOf(StructuredError)
  return error as StructuredError
}

test('gives the value as it grows, and at the end as the schema has it', async () => {
  const { client, sent } = clientOf([
    {
      say: [
        '{"cities":[{"na',
        'me":"Ly',
        'on","people":522',
        '000},{"name":"Br',
        'est","people":1}]}',
      ],
    },
  ])
  const stream = streamStructured(client, { messages }, { schema: Cities })
  const seen: string[] = []
  for await (const part of stream) seen.push(JSON.stringify(part))
  expect(seen.at(-1)).toBe(
    '{"cities":[{"name":"Lyon","people":522000},{"name":"Brest","people":1}]}',
  )
  const { value, result } = await stream.whole
  expect(value.cities[1]?.name).toBe('Brest')
  expect(result).toMatchObject({ how: 'complete', usage: { source: 'estimate' } })
  expect(sent[0]?.body.response_format).toEqual({ type: 'json_object' })
})

test('a value of another shape is told with its places', async () => {
  const { client } = clientOf([{ say: ['{"cities":[{"name":7,"people":"many"}]}'] }])
  const error = await errorOf(completeStructured(client, { messages }, { schema: Cities }))
  expect(error).toMatchObject({ kind: 'schema', path: '$.cities[0].name' })
  expect(error.message).toMatch(
    /^The answer is JSON of another shape: \$\.cities\[0\]\.name: .+; \$\.cities\[0\]\.people: /,
  )
  expect(error.result.text).toContain('"many"')
})

test('what can be no JSON stops the call at once, and what came is billed', async () => {
  const { client } = clientOf([{ say: ['{"cities":', 'Sure!'], hang: true }])
  const error = await errorOf(completeStructured(client, { messages }))
  expect(error).toMatchObject({ kind: 'syntax', path: '$.cities' })
  expect(error.message).toBe(
    'The answer is no JSON: Expected a value, but got "S" at character 11 ($.cities)',
  )
  expect(error.result).toMatchObject({ how: 'aborted', usage: { source: 'estimate' } })
})

test('an answer that its limit of tokens cut says where', async () => {
  const { client } = clientOf([{ say: ['{"cities":[{"name":"Ly'], finish: 'length' }])
  const error = await errorOf(completeStructured(client, { messages }))
  expect(error).toMatchObject({
    kind: 'incomplete',
    message: 'The answer reached its limit of tokens inside $.cities[0].name.',
  })
})

test('a broken stream is the call’s own failure, and a new try begins the value anew', async () => {
  const broken = clientOf([{ say: ['{"a":1'], finish: undefined }, { say: ['{"b":2}'] }])
  const { value } = await completeStructured(broken.client, { messages })
  expect(value).toEqual({ b: 2 })
  const refused = clientOf([{ refuse: 400, error: { message: 'Bad' } }])
  await expect(completeStructured(refused.client, { messages })).rejects.toThrow('bad-request')
})

test('leaving the loop stops the call', async () => {
  const { client } = clientOf([{ say: ['{"a":"x'], hang: true }])
  const stream = streamStructured(client, { messages })
  for await (const part of stream) {
    expect(part).toEqual({ a: 'x' })
    break
  }
  await expect(stream.whole).rejects.toThrow('aborted')
})
