/**
 * The chunks of a planned chat stream as objects, step by step.
 *
 * This is the way of everything but plain text in OpenAI's own words, which `http/stream-part.ts` writes from
 * templates; both ways write the same bytes.
 */
import type { Random } from '../../base/random.ts'
import type { CompletionHead } from '../../protocol/chat-completion.ts'
import type { ChatChunk, ChunkPlace, Json } from '../dialects/dialect.ts'
import { type Beat, beatsOf, logprobsAt } from './beats.ts'
import type { ChatAudioStream } from './chat-audio.ts'
import { type ChatTelling, callIds, finishOf, logprobsObject } from './chat-telling.ts'
import type { TokenLogprobs } from './logprobs.ts'
import type { Plan } from './plan.ts'
import type { Call, Reply, Spoken } from './reply.ts'

export interface ChunkTelling extends ChatTelling {
  /** The usage chunk is sent, and every other has `usage: null`. */
  readonly includeUsage: boolean
}

/** A chunk, what kind of thing it says, and of which item (from 0). */
export interface PlacedChunk {
  readonly chunk: ChatChunk
  readonly place: ChunkPlace
}

/** A chunk that only OpenAI's own clients know: sound. */
export interface StrangeChunk {
  readonly chunk: Json
  readonly place?: undefined
}

/** The chunks of each step, asked for once per step and in order; the last step's end with the usage chunk. */
export function chatChunks(
  plan: Plan,
  head: CompletionHead,
  random: Random,
  telling: ChunkTelling,
): (step: number) => readonly (PlacedChunk | StrangeChunk)[] {
  const chunkOf = chunkMaker(plan.id, head, telling)
  const voices = plan.choices.map((reply, index) => ({
    beats: beatsOf(reply),
    ids: callIds(reply, random, index),
    audio: telling.audio?.[index],
    reply,
    index,
    /** Looked one beat ahead, to know the last. */
    next: undefined as Beat | undefined,
    ended: false,
    /** Characters of the transcript so far. */
    spokenLength: 0,
  }))
  type Voice = (typeof voices)[number]

  function openVoice(voice: Voice): PlacedChunk {
    const { index, reply, beats, audio } = voice
    voice.next = beats.next().value
    const content = audio || !startsWithText(reply) ? null : ''
    return chunkOf(index, { role: 'assistant', content, refusal: null }, FRAMES.role, [])
  }

  function* speak(voice: Voice): Generator<PlacedChunk | StrangeChunk> {
    const { index, reply } = voice
    if (voice.ended) return
    yield* sayBeat(voice, voice.next!)
    voice.next = voice.beats.next().value
    if (voice.next) return
    voice.ended = true
    yield chunkOf(index, {}, FRAMES.finish, undefined, finishOf(reply, telling))
  }

  function* sayBeat(voice: Voice, beat: Beat): Generator<PlacedChunk | StrangeChunk> {
    const { item, token } = beat
    const { index, audio } = voice
    const place = placeOf(beat)
    if (item.kind === 'call') yield* sayCall(voice, item, beat)
    else if (!token) return
    else if (item.kind === 'reasoning') {
      if (telling.showsReasoning) {
        yield chunkOf(index, { reasoning_content: token.text }, { ...place, kind: 'reasoning' })
      }
    } else if (item.kind === 'text' && audio) {
      const delta = { audio: { id: audio.id, transcript: token.text } }
      yield chunkOf(index, delta, { ...place, kind: 'content' })
      voice.spokenLength += token.text.length
      yield* soundTo(voice.spokenLength, audio)
    } else yield sayText(index, item, beat)
  }

  function sayText(index: number, item: Spoken, beat: Beat): PlacedChunk {
    const kind = item.kind === 'refusal' ? 'refusal' : 'content'
    const logprobs = logprobsAt(item, beat.place)
    return chunkOf(index, { [kind]: beat.token!.text }, { ...placeOf(beat), kind }, logprobs)
  }

  function* sayCall({ index, ids }: Voice, item: Call, beat: Beat): Generator<PlacedChunk> {
    const { token, opens } = beat
    const place = { ...placeOf(beat), kind: 'call' } as const
    const { callsAreFunctions } = telling
    const nth = ids.findIndex(({ item: place }) => place === beat.index)
    if (opens) {
      const first = callsAreFunctions ? functionOpening(item) : callOpening(item, nth, ids[nth]!.id)
      yield chunkOf(index, first, { ...place, closes: false, tokens: 0 })
    }
    if (!token) return
    const piece = callsAreFunctions ? functionPiece(token.text) : callPiece(item, nth, token.text)
    yield chunkOf(index, piece, { ...place, opens: false })
  }

  function* soundTo(length: number, audio: ChatAudioStream): Generator<StrangeChunk> {
    for (const data of audio.piecesTo(length)) yield chunkOf.sound(data)
  }

  return step => {
    const roles = step === 0 ? voices.map(openVoice) : []
    const chunks = [...roles, ...voices.flatMap(voice => [...speak(voice)])]
    if (step < plan.dueMs.length - 1) return chunks
    const usage = telling.includeUsage ? [chunkOf.usage()] : []
    const ends = voices.flatMap(({ index, audio }) => (audio ? chunkOf.soundEnd(index, audio) : []))
    return [...chunks, ...usage, ...ends]
  }
}

const FRAMES = {
  role: { kind: 'role', item: 0, opens: true, closes: true, tokens: 0 },
  finish: { kind: 'finish', item: 0, opens: true, closes: true, tokens: 0 },
  usage: { kind: 'usage', item: 0, opens: true, closes: true, tokens: 0 },
} as const satisfies Record<string, ChunkPlace>

function placeOf({ index, token, opens, closes }: Beat) {
  return { item: index, opens, closes, tokens: token?.tokens ?? 0 }
}

function chunkMaker(id: string, head: CompletionHead, telling: ChunkTelling) {
  const { created, model, serviceTier, fingerprint } = head
  const start = {
    id,
    object: 'chat.completion.chunk',
    created,
    model,
    service_tier: serviceTier,
    system_fingerprint: fingerprint,
  } as const
  const end = telling.includeUsage ? ({ usage: null } as const) : {}
  const asked = telling.topLogprobs !== undefined

  /** `entries`: what log probabilities the chunk has where they were asked for. */
  function chunkOf(
    index: number,
    delta: Json,
    place: ChunkPlace,
    entries?: readonly TokenLogprobs[],
    finishReason: string | null = null,
  ): PlacedChunk {
    const logprobs = asked && entries ? logprobsObject(entries, place.kind) : null
    const choices = [{ index, delta, logprobs, finish_reason: finishReason }]
    return { chunk: { ...start, choices, ...end }, place }
  }
  chunkOf.usage = (): PlacedChunk => ({
    chunk: { ...start, choices: [], usage: telling.usage },
    place: FRAMES.usage,
  })
  /** Sic: sound comes without `choices`. */
  chunkOf.sound = (data: string): StrangeChunk => ({
    chunk: { ...start, delta: { audio: { data } }, ...end },
  })
  chunkOf.soundEnd = (index: number, { expiresAt }: ChatAudioStream): StrangeChunk => ({
    chunk: { ...start, choices: [{ index, delta: { audio: { expires_at: expiresAt } } }], ...end },
  })
  return chunkOf
}

/** A reply that was cut before it said anything is an empty text. */
function startsWithText({ items }: Reply): boolean {
  return (items.find(({ kind }) => kind !== 'reasoning')?.kind ?? 'text') === 'text'
}

function callOpening({ tool, name }: Call, index: number, id: string): Json {
  const what =
    tool === 'custom' ? { custom: { name, input: '' } } : { function: { name, arguments: '' } }
  return { tool_calls: [{ index, id, type: tool, ...what }] }
}

function callPiece({ tool }: Call, index: number, text: string): Json {
  const what = tool === 'custom' ? { custom: { input: text } } : { function: { arguments: text } }
  return { tool_calls: [{ index, ...what }] }
}

function functionOpening({ name }: Call): Json {
  return { function_call: { name, arguments: '' } }
}

function functionPiece(text: string): Json {
  return { function_call: { arguments: text } }
}
