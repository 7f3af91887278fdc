/** A planned reply as the events that its stream will send, step by step. */

export interface ScriptEvent {
  /** The `event:` line; undefined: the event has none. */
  readonly name?: string | undefined
  /** The `data:` line, JSON without a line break. */
  readonly data: string
  /** Output tokens that it says; 0 for what frames them. A stream's first event above 0 is its first token. */
  readonly tokens: number
  /** A comment line before it. */
  readonly comment?: string | undefined
}

export interface Script {
  /** Due times in ms from the request, ascending, at least one. */
  readonly dueMs: readonly number[]
  /** What is sent at a step, in order; the last step's events end the stream. Asked for once per step, in order. */
  at(step: number): readonly ScriptEvent[]
}

/** An event that only frames what is said. */
export function framing(data: string, name?: string): ScriptEvent {
  return { name, data, tokens: 0 }
}

/** The mark at the end of most streams. */
export const done: ScriptEvent = framing('[DONE]')
