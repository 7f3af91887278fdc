/** Every call of a tool is answered in the message after it, and nothing else is. */
import { isObject, type Json } from './checks.ts'
import { invalid } from './messages-checks.ts'

interface Block {
  readonly block: Json
  /** Of the message, and within it. */
  readonly message: number
  readonly place: number
}

/** Messages of one role after each other are one; those of the system stand in between unseen. */
interface Run {
  readonly role: unknown
  readonly blocks: readonly Block[]
  /** The last of its messages. */
  readonly message: number
}

/** Of messages whose shape is sound. Throws ApiError. */
export function checkPairs(messages: readonly Json[]): void {
  const runs = runsOf(messages)
  const known = new Set<unknown>()
  let called: ReadonlySet<unknown> = new Set()
  for (const [i, { role, blocks, message }] of runs.entries()) {
    if (role !== 'assistant') {
      checkResults(blocks, called)
      called = new Set()
      continue
    }
    const calls = blocks.filter(({ block }) => block.type === 'tool_use')
    for (const { block, message, place } of calls) {
      const at = `messages.${message}.content.${place}`
      if (known.has(block.id)) throw invalid(at, '`tool_use` ids must be unique')
      known.add(block.id)
    }
    called = new Set(calls.map(({ block }) => block.id))
    checkAnswered(called, runs[i + 1]?.blocks ?? [], message)
  }
}

function runsOf(messages: readonly Json[]): Run[] {
  const runs: Run[] = []
  for (const [message, { role, content }] of messages.entries()) {
    if (role === 'system') continue
    const own = (Array.isArray(content) ? content : [])
      .filter(isObject)
      .map((block, place) => ({ block, message, place }))
    const before = runs.at(-1)?.role === role ? runs.pop()!.blocks : []
    runs.push({ role, blocks: [...before, ...own], message })
  }
  return runs
}

function checkResults(blocks: readonly Block[], called: ReadonlySet<unknown>): void {
  const answered = new Set<unknown>()
  for (const { block, message, place } of blocks) {
    if (block.type !== 'tool_result') continue
    const at = `messages.${message}.content.${place}`
    const id = block.tool_use_id
    if (!called.has(id)) {
      throw invalid(
        at,
        `unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${id}. Each \`tool_result\` block must have a corresponding \`tool_use\` block in the previous message.`,
      )
    }
    if (answered.has(id)) {
      throw invalid(
        at,
        `each tool_use must have a single result. Found multiple \`tool_result\` blocks with id: ${id}`,
      )
    }
    answered.add(id)
  }
}

function checkAnswered(called: ReadonlySet<unknown>, after: readonly Block[], message: number) {
  const answered = new Set(after.map(({ block }) => block.tool_use_id))
  const open = [...called].filter(id => !answered.has(id))
  if (open.length === 0) return
  throw invalid(
    `messages.${message}`,
    `\`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${open.join(', ')}. Each \`tool_use\` block must have a corresponding \`tool_result\` block in the next message.`,
  )
}
