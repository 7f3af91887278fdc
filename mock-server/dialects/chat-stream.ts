/**
 * A chat stream in a dialect: the chunks that OpenAI would send come in one by one, and for each go out
 * those that this provider sends instead: none, one or more.
 */
import { callIdIn } from './call-id.ts'
import type {
  CallDelta,
  ChatChunk,
  ChatHabits,
  ChunkDelta,
  ChunkPlace,
  Json,
  ReplyFacts,
  SaidChunk,
  Told,
} from './dialect.ts'

export type SayChunk = (chunk: ChatChunk, place: ChunkPlace) => readonly Json[]

/** A translator of one stream; chunks are given in the order in which OpenAI would send them. */
export function chatStreamIn(habits: ChatHabits, facts: ReplyFacts): SayChunk {
  const usage = habits.usageOf?.(facts.usage, facts) ?? facts.usage
  /** By choice: whether its role is still to be said, and its calls that are not complete or held back. */
  const roleless = new Set<number>()
  const openCalls = new Map<number, CallDelta>()
  const heldCalls = new Map<number, CallDelta[]>()
  let opened = false
  let first = true
  let endedChoices = 0
  let outputTokens = 0
  let contentLength = 0

  function say(chunk: ChatChunk, place: ChunkPlace, delta: ChunkDelta | undefined): Json {
    const told = toldSoFar()
    first = false
    const choices = delta
      ? [{ ...chunk.choices[0]!, delta: deltaIn(delta, place, told) }]
      : chunk.choices
    const said: SaidChunk = { ...chunk, choices }
    return habits.chunk?.(said, place, told) ?? said
  }

  function toldSoFar(): Told {
    return { facts, first, ended: endedChoices === facts.choices, outputTokens, contentLength }
  }

  function deltaIn(delta: ChunkDelta, place: ChunkPlace, told: Told): Json {
    return delta.function_call === undefined ? (habits.delta?.(delta, place, told) ?? delta) : delta
  }

  /** What is said now of a choice's delta; undefined: nothing yet. */
  function deltaOf(choice: number, delta: ChunkDelta, { kind, closes }: ChunkPlace) {
    if (kind === 'reasoning' && !habits.showsReasoning) return undefined
    if (kind === 'role' && habits.role) {
      roleless.add(choice)
      return undefined
    }
    if (kind === 'call') {
      if (!delta.tool_calls) return delta // a `function_call`, which only OpenAI's oldest clients ask for
      const call = named(choice, delta.tool_calls[0]!)
      if (!habits.calls) return { tool_calls: [call] }
      const whole = joined(openCalls.get(choice), call)
      openCalls.set(choice, whole)
      if (!closes) return undefined
      openCalls.delete(choice)
      if (habits.calls === 'whole') return { tool_calls: [whole] }
      heldCalls.set(choice, [...(heldCalls.get(choice) ?? []), whole])
      return undefined
    }
    const calls = kind === 'finish' ? heldCalls.get(choice) : undefined
    return calls ? { ...delta, tool_calls: calls } : delta
  }

  function named(choice: number, call: CallDelta): CallDelta {
    const { id, index } = call
    return id === undefined
      ? call
      : { ...call, id: callIdIn(habits, { choice, call: index, id }, facts) }
  }

  function withRole(choice: number, delta: ChunkDelta): ChunkDelta {
    if (!roleless.has(choice)) return delta
    if (habits.role === 'with-first') roleless.delete(choice)
    return { role: 'assistant', ...delta }
  }

  function sayChoice(chunk: ChatChunk, place: ChunkPlace, choice: number): readonly Json[] {
    const delta = deltaOf(choice, chunk.choices[0]!.delta, place)
    if (!delta) return []
    if (place.kind === 'finish') endedChoices++
    const saying = withRole(choice, delta)
    if (place.kind !== 'finish' || endedChoices < facts.choices) return [say(chunk, place, saying)]
    const usageHere = habits.usage === 'finish' ? { usage } : {}
    const finish = say({ ...chunk, ...usageHere } as ChatChunk, place, saying)
    const after = habits.after?.(toldSoFar()) ?? []
    if (habits.usage !== 'always' || facts.includeUsage) return [finish, ...after]
    return [finish, ...after, sayUsage(chunk)]
  }

  function sayUsage(chunk: ChatChunk): Json {
    const place = { kind: 'usage', item: 0, opens: true, closes: true, tokens: 0 } as const
    return say({ ...chunk, choices: [], usage } as unknown as ChatChunk, place, undefined)
  }

  return (chunk, place) => {
    outputTokens += place.tokens
    contentLength += chunk.choices[0]?.delta.content?.length ?? 0
    const before = opened ? [] : (habits.before?.(chunk, facts) ?? [])
    opened = true
    if (place.kind === 'usage')
      return habits.usage === 'finish' ? before : [...before, sayUsage(chunk)]
    const said = sayChoice(chunk, place, chunk.choices[0]!.index)
    return before.length > 0 ? [...before, ...said] : said
  }
}

/** A call's pieces so far as one. */
function joined(call: CallDelta | undefined, piece: CallDelta): CallDelta {
  if (!call) return piece
  if (call.custom) {
    return { ...call, custom: { ...call.custom, input: call.custom.input + piece.custom!.input } }
  }
  const { function: said } = call
  return { ...call, function: { ...said!, arguments: said!.arguments + piece.function!.arguments } }
}
