/** A planned chat completion as the events of its stream. */
import { padChunk } from '../../protocol/chat-completion.ts'
import type { SayChunk } from '../dialects/chat-stream.ts'
import type { PlacedChunk, StrangeChunk } from './chat-chunks.ts'
import { done, type Script, type ScriptEvent } from './script.ts'

export interface ChatScriptParts {
  /** The chunks of a step, as OpenAI says them, asked for in order. */
  readonly chunksAt: (step: number) => readonly (PlacedChunk | StrangeChunk)[]
  /** What is said in place of each. */
  readonly say: SayChunk
  readonly includeObfuscation: boolean
}

export function chatScript(
  dueMs: readonly number[],
  { chunksAt, say, includeObfuscation }: ChatScriptParts,
): Script {
  /** Tokens of chunks that a dialect holds back until it has more of them. */
  let unsaid = 0

  function eventOf(said: unknown): ScriptEvent {
    const json = JSON.stringify(said)
    const tokens = unsaid
    unsaid = 0
    return { data: includeObfuscation ? padChunk(json) : json, tokens }
  }

  function eventsOf({ chunk, place }: PlacedChunk | StrangeChunk): ScriptEvent[] {
    if (!place) return [eventOf(chunk)]
    unsaid += place.tokens
    return say(chunk, place).map(eventOf)
  }

  return {
    dueMs,
    at(step) {
      const events = chunksAt(step).flatMap(eventsOf)
      return step === dueMs.length - 1 ? [...events, done] : events
    },
  }
}
