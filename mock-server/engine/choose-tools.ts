/**
 * Which tools a reply calls.
 *
 * `required` and a named tool are obeyed. With `auto` a user's turn is answered by a call, and a tool's
 * result by text, so that every agent's loop comes to its end.
 */
import type { Ask, Tool, Turn } from '../../protocol/ask.ts'

/** A reply that may call several tools calls those that fit, at most this many. */
const MAX_CALLS = 4

/** In the order in which they are offered; empty: none is called. */
export function chooseTools({ tools, toolChoice, turns, parallelCalls }: Ask): readonly Tool[] {
  if (tools.length === 0 || toolChoice === 'none') return []
  if (typeof toolChoice === 'object') {
    return tools.filter(({ name }) => name === toolChoice.name).slice(0, 1)
  }
  if (toolChoice === 'auto' && lastSpeaker(turns) !== 'user') return []
  const fits = fitsOf(tools, turns)
  const best = Math.max(...fits)
  if (best === 0 || !parallelCalls) return [tools[fits.indexOf(best)]!]
  return tools.filter((_, i) => fits[i]! * 2 >= best && fits[i]! > 0).slice(0, MAX_CALLS)
}

/** What the system says in between is no answer to anybody. */
function lastSpeaker(turns: readonly Turn[]): Turn['role'] | undefined {
  return turns.findLast(({ role }) => role !== 'system' && role !== 'developer')?.role
}

/** How many words each tool shares with what the user said last. */
function fitsOf(tools: readonly Tool[], turns: readonly Turn[]): number[] {
  const said = turns.findLast(({ role }) => role === 'user')?.content ?? ''
  const words = stemsOf(said.slice(-MAX_LENGTH))
  return tools.map(({ name, description }) => {
    const stems = stemsOf(`${name} ${description}`.slice(0, MAX_LENGTH))
    let shared = 0
    for (const stem of stems) if (words.has(stem)) shared++
    return shared
  })
}

const MAX_LENGTH = 4096
/** Words that say nothing about what a tool is for. */
const COMMON = new Set(
  'the and for you are what with this that from have your can call tool tools both use get set'.split(
    ' ',
  ),
)

/** The first five letters of each word: `weathers` and `weather`, `get_current_time` and `time`. */
function stemsOf(text: string): Set<string> {
  const words = text
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .match(/\p{L}{3,}/gu)
  return new Set((words ?? []).filter(word => !COMMON.has(word)).map(word => word.slice(0, 5)))
}
