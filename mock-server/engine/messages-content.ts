/** The content of a message of Anthropic's API: blocks of text, thinking and calls. */
import type { Random } from '../../base/random.ts'
import { alphanumeric } from '../../protocol/ids.ts'
import type { Thinking } from '../../protocol/messages-request.ts'
import type { Plan } from './plan.ts'
import type { Reply, ReplyItem } from './reply.ts'
import { textOf } from './said.ts'

/** One block of the content: how it begins, each piece of it, what closes it, and all of it at once. */
export interface Block {
  /** Which of the reply's items it is. */
  readonly item: number
  readonly start: object
  /** Undefined: the piece is not shown. */
  piece(text: string): object | undefined
  readonly closing: object | undefined
  whole(): object
}

/** Empty texts and what refuses are no blocks. */
export function blocksOf(
  { choices: [reply] }: Plan,
  display: Thinking['display'] | undefined,
  random: Random,
): Block[] {
  const items = [...(reply as Reply).items.entries()]
  return items
    .filter(([, { kind, tokens }]) => kind === 'call' || (kind !== 'refusal' && tokens.length > 0))
    .map(([i, item]) => ({ item: i, ...blockOf(item, display, random.fork(i)) }))
}

function blockOf(
  item: ReplyItem,
  display: Thinking['display'] | undefined,
  random: Random,
): Omit<Block, 'item'> {
  if (item.kind === 'call') return callBlock(item, random)
  if (item.kind === 'reasoning') return thinkingBlock(item, display, random)
  return {
    start: { type: 'text', text: '' },
    piece: text => ({ type: 'text_delta', text }),
    closing: undefined,
    whole: () => ({ type: 'text', text: textOf(item) }),
  }
}

function callBlock(item: ReplyItem & { kind: 'call' }, random: Random): Omit<Block, 'item'> {
  const id = `toolu_01${alphanumeric(random, 22)}`
  const caller = { type: 'direct' }
  const called = { type: 'tool_use', id, name: item.name, input: {}, caller }
  return {
    start: called,
    piece: text => ({ type: 'input_json_delta', partial_json: text }),
    closing: undefined,
    whole: () => ({ ...called, input: parsed(textOf(item)) }),
  }
}

/** Arguments cut off at the most tokens are no JSON; what was to be an object is then an empty one. */
function parsed(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return {}
  }
}

function thinkingBlock(
  item: ReplyItem,
  display: Thinking['display'] = 'summarized',
  random: Random,
): Omit<Block, 'item'> {
  if (display === 'redacted') {
    const block = { type: 'redacted_thinking', data: opaque(random) }
    return { start: block, piece: () => undefined, closing: undefined, whole: () => block }
  }
  const signature = opaque(random)
  const shown = display === 'summarized'
  return {
    start: { type: 'thinking', thinking: '', signature: '' },
    piece: text => (shown ? { type: 'thinking_delta', thinking: text } : undefined),
    closing: { type: 'signature_delta', signature },
    whole: () => ({ type: 'thinking', thinking: shown ? textOf(item) : '', signature }),
  }
}

/** What only the provider can read. */
function opaque(random: Random): string {
  return Buffer.from(alphanumeric(random.fork('opaque'), 96)).toString('base64')
}
