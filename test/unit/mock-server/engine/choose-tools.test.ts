import { expect, test } from 'vitest'
import { chooseTools } from '../../../../mock-server/engine/choose-tools.ts'
import type { Ask, Tool, Turn } from '../../../../protocol/ask.ts'
import { askOf } from '../../../helpers/ask.ts'

function tool(name: string, description = ''): Tool {
  return { kind: 'function', name, description, schema: undefined }
}
const tools = [
  tool('get_weather'),
  tool('getCurrentTime'),
  tool('book', 'Books a flight'),
  tool('search'),
]

function chosen(prompt: string | readonly Turn[], more: Partial<Ask> = {}): string[] {
  return chooseTools(askOf(prompt, { tools, ...more })).map(({ name }) => name)
}

test.each([
  ['What is the weather?', ['get_weather']],
  ['What time is it now?', ['getCurrentTime']],
  ['I want to fly: a flight to Oslo.', ['book']],
  ['Weather and time, please.', ['get_weather', 'getCurrentTime']],
  ['Hello.', ['get_weather']], // none fits: the first
  ['Call the tool for you and me.', ['get_weather']], // words that say nothing
])('%j is for %j', (prompt, names) => {
  expect(chosen(prompt)).toEqual(names)
})

test('one that fits less than half as well as the best is not called beside it', () => {
  const two = [tool('flight_hotel_car'), tool('flight')]
  expect(chosen('A flight, a hotel and a car.', { tools: two })).toEqual(['flight_hotel_car'])
})

test('at most four are called, and one where calls are not parallel', () => {
  const many = Array.from({ length: 6 }, (_, i) => tool(`weather_${i}`))
  expect(chosen('Weather?', { tools: many })).toEqual([
    'weather_0',
    'weather_1',
    'weather_2',
    'weather_3',
  ])
  expect(chosen('Weather?', { tools: many, parallelCalls: false })).toEqual(['weather_0'])
})

test('a choice is obeyed', () => {
  expect(chosen('Weather?', { toolChoice: 'none' })).toEqual([])
  expect(chosen('Weather?', { toolChoice: { name: 'search' } })).toEqual(['search'])
  expect(chosen('Weather?', { toolChoice: { name: 'nobody' } })).toEqual([])
  expect(chosen('Weather?', { tools: [] })).toEqual([])
})

test('a result is answered by text, unless a call is required', () => {
  const turns: Turn[] = [
    { role: 'user', content: 'Weather?' },
    { role: 'assistant', content: '', calls: [{ id: '1', name: 'get_weather', arguments: '{}' }] },
    { role: 'tool', content: 'Rain.', callId: '1' },
  ]
  expect(chosen(turns)).toEqual([])
  expect(chosen(turns, { toolChoice: 'required' })).toEqual(['get_weather'])
  const reminded: Turn[] = [...turns, { role: 'developer', content: 'Be brief.' }]
  expect(chosen(reminded)).toEqual([])
  expect(chosen([turns[0]!, reminded[3]!])).toEqual(['get_weather'])
})
