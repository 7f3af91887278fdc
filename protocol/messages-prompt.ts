/** The prompt as a cache sees it: its blocks in order, and where the caller marked its parts to be cached. */

import { isObject, type Json } from './checks.ts'
import { ApiError } from './errors/api-error.ts'
import { oneOf, optional, tagOf } from './messages-checks.ts'

/** How long what is marked is kept. */
export type KeptFor = '5m' | '1h'

export interface PromptBlock {
  /** What it says, as JSON without its mark. */
  readonly json: string
  /** Undefined: nothing ends here that is to be cached. */
  readonly mark: KeptFor | undefined
}

const MAX_MARKS = 4

/** Throws ApiError for marks that the API would refuse. */
export function checkMarks(body: Json): void {
  let marks = 0
  for (const { block, at } of markable(body)) {
    if (block.cache_control == null) continue
    const own = `${at}.cache_control`
    const type = tagOf(block.cache_control, ['ephemeral'], own)
    optional(oneOf('5m', '1h'))((block.cache_control as Json).ttl, `${own}.${type}.ttl`)
    marks++
  }
  if (marks > MAX_MARKS) {
    throw new ApiError(
      400,
      `A maximum of ${MAX_MARKS} blocks with cache_control may be provided. Found ${marks}.`,
    )
  }
}

/** Tools, system, messages; empty where nothing is marked, as nearly always. */
export function promptBlocks(body: Json): readonly PromptBlock[] {
  const all = [...markable(body)]
  const atEnd = markOf(body)
  if (atEnd === undefined && all.every(({ block }) => markOf(block) === undefined)) return []
  return all.map(({ block }, i) => {
    const { cache_control: _, ...rest } = block
    const mark = markOf(block) ?? (i === all.length - 1 ? atEnd : undefined)
    return { json: JSON.stringify(rest), mark }
  })
}

/** How long is not said of most marks: five minutes. */
function markOf({ cache_control: mark }: Json): KeptFor | undefined {
  if (!isObject(mark)) return undefined
  return mark.ttl === '1h' ? '1h' : '5m'
}

interface Placed {
  readonly block: Json
  readonly at: string
}

function* markable({ tools, system, messages }: Json): Generator<Placed> {
  yield* objectsIn(tools, 'tools')
  yield* objectsIn(system, 'system')
  for (const [i, message] of arrayOf(messages).entries()) {
    if (!isObject(message)) continue
    const { role, content } = message
    const at = `messages.${i}.content`
    if (typeof content === 'string') yield { block: { role, text: content }, at }
    else yield* objectsIn(content, at, { role })
  }
}

/** A text stands for one block. */
function* objectsIn(value: unknown, at: string, more: Json = {}): Generator<Placed> {
  if (typeof value === 'string') yield { block: { text: value }, at }
  for (const [i, block] of arrayOf(value).entries()) {
    if (isObject(block)) yield { block: { ...more, ...block }, at: `${at}.${i}` }
  }
}

function arrayOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}
