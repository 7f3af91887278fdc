/** The events of one output item: how it opens, what each token says, how it closes. */
import type { Json } from '../../../protocol/checks.ts'
import type { ResponsesRequest } from '../../../protocol/responses-request.ts'
import { logprobsAt } from '../beats.ts'
import type { Call, Spoken } from '../reply.ts'
import type { ReplyToken } from '../reply-token.ts'
import { textOf } from '../said.ts'
import type { ScriptEvent } from '../script.ts'
import {
  callItem,
  callType,
  endsPart,
  logprobObject,
  messageItem,
  type OutputItem,
  refusalPart,
  textPart,
  withoutBreak,
} from './output.ts'

/** How the events differ from one provider to another. */
export interface ScriptHabits {
  /** Reasoning is told word for word, in events of this name; undefined: it is not. */
  readonly reasoningText: 'reasoning' | 'reasoning_text' | undefined
  /** A function's arguments are told piece by piece, and not only when they are complete. */
  readonly callDeltas: boolean
}

export interface EventOptions {
  readonly request: ResponsesRequest
  readonly includeObfuscation: boolean
  readonly habits: ScriptHabits
}

/** Makes the next event. `tokens`: output tokens that it says. */
export type Utter = (type: string, fields: Json, tokens?: number) => ScriptEvent

type Events = readonly ScriptEvent[]

/** Tells one item: each is asked once, in this order; `say` once a token, `place` counts them from 0. */
export interface ItemTeller {
  open(): Events
  say(token: ReplyToken, place: number): Events
  close(): Events
}

const NONE: Events = []

/** `index`: the item's place in the output, from 0. */
export function tellerOf(
  output: OutputItem,
  index: number,
  utter: Utter,
  options: EventOptions,
): ItemTeller {
  const { said, item, id: item_id } = output
  const whose = { item_id, output_index: index }
  const added = (begun: Json) =>
    utter('response.output_item.added', { output_index: index, item: begun })
  const done = () => utter('response.output_item.done', { output_index: index, item })
  const pad = (delta: string) => (options.includeObfuscation ? { obfuscation: padOf(delta) } : {})
  const told: Told = { output, whose, added, done, pad, utter, options }
  if (said!.kind === 'call') return callTeller(said!, told)
  if (said!.kind !== 'reasoning') return messageTeller(said!, told)
  const { reasoningText } = options.habits
  if (reasoningText) return thoughtTeller(said!, told, reasoningText)
  return options.request.summary ? summaryTeller(told) : silentTeller(told)
}

interface Told {
  readonly output: OutputItem
  /** The fields that say which item it is. */
  readonly whose: Json
  readonly added: (begun: Json) => ScriptEvent
  readonly done: () => ScriptEvent
  readonly pad: (delta: string) => Json
  readonly utter: Utter
  readonly options: EventOptions
}

function messageTeller(spoken: Spoken, told: Told): ItemTeller {
  const { output, added, done, pad, utter } = told
  const { item, annotations } = output
  const [whole] = item.content as readonly Json[]
  const place = { ...told.whose, content_index: 0 }
  const isRefusal = spoken.kind === 'refusal'
  return {
    open: () => [
      added(messageItem(output.id, 'in_progress', [], item.phase)),
      utter('response.content_part.added', {
        ...place,
        part: isRefusal ? refusalPart('') : textPart('', []),
      }),
    ],
    say({ text: delta, tokens }, i) {
      if (isRefusal)
        return [utter('response.refusal.delta', { ...place, delta, ...pad(delta) }, tokens)]
      const logprobs = (logprobsAt(spoken, i) ?? []).map(logprobObject)
      const said = { delta, logprobs, ...pad(delta) }
      return [utter('response.output_text.delta', { ...place, ...said }, tokens)]
    },
    close: () => [
      ...annotations.map((annotation, annotation_index) =>
        utter('response.output_text.annotation.added', { ...place, annotation_index, annotation }),
      ),
      isRefusal
        ? utter('response.refusal.done', { ...place, refusal: whole!.refusal })
        : utter('response.output_text.done', {
            ...place,
            text: whole!.text,
            logprobs: whole!.logprobs,
          }),
      utter('response.content_part.done', { ...place, part: whole }),
      done(),
    ],
  }
}

/** The events of a call that has events of its own, and the field that it fills. */
const callEvents: Readonly<Record<string, { readonly type: string; readonly field: string }>> = {
  function_call: { type: 'function_call_arguments', field: 'arguments' },
  custom_tool_call: { type: 'custom_tool_call_input', field: 'input' },
}

function callTeller(call: Call, told: Told): ItemTeller {
  const { output, whose, added, done, pad, utter, options } = told
  const type = callType(call)
  const { id, callId } = output
  const facts = { id, callId, type, status: 'in_progress', text: '' }
  const events = callEvents[type]
  const { callDeltas } = options.habits
  return {
    open: () => [added(callItem(call, facts, options.request))],
    say({ text: delta, tokens }) {
      if (!events || !callDeltas) return NONE
      return [utter(`response.${events.type}.delta`, { ...whose, delta, ...pad(delta) }, tokens)]
    },
    close() {
      if (type === 'apply_patch_call') return [...patchEvents(told), done()]
      if (!events) return [done()]
      const tokens = callDeltas ? 0 : call.outputTokens
      const said = { ...whose, [events.field]: textOf(call) }
      return [utter(`response.${events.type}.done`, said, tokens), done()]
    },
  }
}

/** The diff of a patch, in one piece: it is known when the call is complete. */
function patchEvents({ output, whose, pad, utter }: Told): Events {
  const { diff } = output.item.operation as { readonly diff: string }
  const type = 'response.apply_patch_call_operation_diff'
  return [
    utter(`${type}.delta`, { ...whose, delta: diff, ...pad(diff) }),
    utter(`${type}.done`, { ...whose, diff }),
  ]
}

/** Reasoning that is counted and not shown. */
function silentTeller({ output, added, done }: Told): ItemTeller {
  return { open: () => [added(output.item)], say: () => NONE, close: () => [done()] }
}

function thoughtTeller(
  thought: Spoken,
  { output, whose, added, done, pad, utter }: Told,
  name: string,
): ItemTeller {
  const place = { ...whose, content_index: 0 }
  const type = 'reasoning_text'
  const part = (moment: string, text: string) =>
    utter(`response.content_part.${moment}`, { ...place, part: { type, text } })
  return {
    open: () => [added({ ...output.item, content: [] }), part('added', '')],
    say: ({ text: delta, tokens }) => [
      utter(`response.${name}.delta`, { ...place, delta, ...pad(delta) }, tokens),
    ],
    close() {
      const text = textOf(thought)
      return [utter(`response.${name}.done`, { ...place, text }), part('done', text), done()]
    },
  }
}

/** Each paragraph of the summary is a part. */
function summaryTeller({ output, whose, added, done, pad, utter }: Told): ItemTeller {
  let summary_index = 0
  let text = ''
  let isOpen = false
  const event = (type: string, fields: Json, tokens = 0) =>
    utter(`response.reasoning_summary_${type}`, { ...whose, summary_index, ...fields }, tokens)
  const part = () => ({ part: { type: 'summary_text', text } })

  function closePart(): Events {
    const closing = [event('text.done', { text }), event('part.done', part())]
    summary_index++
    text = ''
    isOpen = false
    return closing
  }

  return {
    open: () => [added({ ...output.item, summary: [] })],
    say({ text: said, tokens }) {
      const events: ScriptEvent[] = isOpen ? [] : [event('part.added', part())]
      isOpen = true
      const delta = withoutBreak(said)
      text += delta
      events.push(event('text.delta', { delta, ...pad(delta) }, tokens))
      return endsPart(said) ? [...events, ...closePart()] : events
    },
    close: () => [...(isOpen ? closePart() : NONE), done()],
  }
}

const PAD = 'x4HvN0cYmE8sJ5u'

/** What brings a delta to a multiple of 16 characters. */
function padOf(delta: string): string {
  // Characters as people count them; nearly all text is of one unit each.
  const length = /[\ud800-\udbff]/.test(delta) ? [...delta].length : delta.length
  return PAD.slice(0, (16 - (length % 16)) % 16)
}
