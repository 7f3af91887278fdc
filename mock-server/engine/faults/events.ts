/** Faults in what a stream says: events that are broken, doubled, empty, unknown, out of place. */
import type { Json } from '../../../protocol/checks.ts'
import { isDone, isLast, jsonOf, partsOf, withData, withJson } from './event.ts'
import type { FaultAct, FaultContext, Piece, Spoil } from './fault.ts'
import { atToken, halfOf } from './streams.ts'

/** One event is spoiled where the rule says. */
function oneEvent(
  change: (text: string) => readonly Piece[],
  body?: (text: string) => readonly Piece[],
): FaultAct {
  const spoil = (context: FaultContext): Spoil => ({
    event: atToken(context, change),
    ...(body && { body: (text: string) => ({ pieces: body(text) }) }),
  })
  return { how: 'spoil', spoil }
}

/** Every event is looked at. */
function everyEvent(spoil: (context: FaultContext) => Spoil): FaultAct {
  return { how: 'spoil', spoil }
}

function withChoices(choices: unknown) {
  return {
    event: (text: string): readonly Piece[] => {
      const json = jsonOf(text)
      return [json ? withJson(text, { ...json, choices }) : text]
    },
    body: (text: string): readonly Piece[] => [
      JSON.stringify({ ...(JSON.parse(text) as Json), choices }),
    ],
  }
}
const choicesNull = withChoices(null)
const choicesEmpty = withChoices([])

/** The data in two halves of JSON is no JSON. */
function malformed(text: string): readonly Piece[] {
  const { data = '' } = partsOf(text)
  return [withData(text, halfOf(data))]
}

/** No finish reason anywhere, by whatever name. */
function withoutFinish(text: string): readonly Piece[] {
  if (/^response\.(completed|incomplete)$/.test(partsOf(text).name ?? '')) return []
  const json = jsonOf(text)
  if (!json) return [text]
  if (Array.isArray(json.choices)) {
    const choices = json.choices.map(choice => ({ ...(choice as Json), finish_reason: null }))
    return [withJson(text, { ...json, choices })]
  }
  if (json.type !== 'message_delta') return [text]
  return [withJson(text, { ...json, delta: { ...(json.delta as Json), stop_reason: null } })]
}

function usageTwice(context: FaultContext): Spoil {
  let chunk: Json | undefined
  let said: string | undefined
  return {
    event(text) {
      if (!isDone(text)) {
        chunk = jsonOf(text) ?? chunk
        if (chunk?.usage) said = text
        return [text]
      }
      if (said !== undefined) return [said, text]
      const { promptTokens, outputTokens } = context.usage
      const usage = {
        prompt_tokens: promptTokens,
        completion_tokens: outputTokens,
        total_tokens: promptTokens + outputTokens,
      }
      const event = withJson(text, { ...chunk, choices: [], usage })
      return [event, event, text]
    },
  }
}

const DONE = 'data: [DONE]\n\n'

export const eventActs = {
  'malformed-json': oneEvent(malformed, text => [halfOf(text)]),
  'duplicate-event': oneEvent(text => [text, text]),
  'empty-data': oneEvent(text => ['data:\n\n', text]),
  'empty-event': oneEvent(text => ['\n\n\nevent: nothing\n\n', text]),
  'ping-event': oneEvent(text => ['event: ping\ndata: {}\n\n', text]),
  'unknown-event': oneEvent(text => [
    'event: tokadence.unknown\ndata: {"type":"tokadence.unknown"}\n\n',
    text,
  ]),
  'unknown-fields': everyEvent(() => {
    let events = 0
    return { event: text => [`id: ${++events}\nretry: 3000\nstrange: yes\n${text}`] }
  }),
  'choices-null': oneEvent(choicesNull.event, choicesNull.body),
  'choices-empty': oneEvent(choicesEmpty.event, choicesEmpty.body),
  'no-finish-reason': everyEvent(() => ({ event: withoutFinish })),
  'usage-twice': everyEvent(usageTwice),
  'done-in-middle': oneEvent(text => [DONE, text]),
  'done-twice': everyEvent(() => ({ event: text => (isLast(text) ? [text, DONE] : [text]) })),
} satisfies Readonly<Record<string, FaultAct>>
