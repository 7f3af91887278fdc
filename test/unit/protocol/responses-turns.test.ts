import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compactionOf, readCompaction } from '../../../protocol/responses-compaction.ts'
import { readInput } from '../../../protocol/responses-input.ts'
import { turnsOf } from '../../../protocol/responses-turns.ts'

test('items become turns: messages, thoughts, calls together, answers to them', () => {
  const image = { type: 'input_image', image_url: 'data:image/png;base64,' }
  const items = readInput([
    { role: 'developer', content: 'Be brief.' },
    {
      role: 'user',
      content: [
        { type: 'input_text', text: 'What is ' },
        image,
        { type: 'input_text', text: 'this?' },
      ],
    },
    { type: 'reasoning', summary: [{ type: 'summary_text', text: 'Hm.' }] },
    { type: 'function_call', call_id: 'a', name: 'look', arguments: '{}' },
    { type: 'custom_tool_call', call_id: 'b', name: 'note', input: 'x' },
    { type: 'function_call_output', call_id: 'a', output: 'A cat.' },
    { type: 'custom_tool_call_output', call_id: 'b', output: [{ type: 'input_text', text: 'ok' }] },
    { type: 'web_search_call', id: 'ws_1' },
    { type: 'message', role: 'assistant', content: [{ type: 'refusal', refusal: 'No.' }] },
  ])
  expect(turnsOf(items)).toEqual([
    { role: 'developer', content: 'Be brief.' },
    { role: 'user', content: 'What is this?', media: [image] },
    { role: 'assistant', content: '', reasoning: 'Hm.' },
    {
      role: 'assistant',
      content: '',
      calls: [
        { id: 'a', name: 'look', arguments: '{}' },
        { id: 'b', name: 'note', arguments: 'x' },
      ],
    },
    { role: 'tool', content: 'A cat.', callId: 'a' },
    { role: 'tool', content: 'ok', callId: 'b' },
    { role: 'assistant', content: 'No.' },
  ])
})

test('a compaction remembers what was said, and is read back as a turn', () => {
  const encrypted_content = compactionOf([{ role: 'user', content: 'My name is Ada.' }])
  expect(encrypted_content).toMatch(/^gAAAAA[\w-]+$/)
  expect(turnsOf([{ type: 'compaction', encrypted_content }])).toEqual([
    { role: 'developer', content: 'user: My name is Ada.' },
  ])
})

test('a compaction of any text is short, and keeps how it begins and ends', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 9000 }), text => {
      const content = `BEGIN ${text} END`
      const kept = readCompaction(compactionOf([{ role: 'user', content }]))
      expect(kept.length).toBeLessThanOrEqual(8192)
      expect(kept.startsWith('user: BEGIN ')).toBe(true)
      expect(kept.endsWith(' END')).toBe(true)
    }),
    { numRuns: 40 },
  )
})

test('what another provider encrypted says nothing', () => {
  expect(readCompaction('gAAAAABl_8jH-kQx')).toBe('')
  expect(readCompaction('something else')).toBe('')
})
