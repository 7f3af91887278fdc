/** The items that a planned response is made of: what each becomes on the wire, and when it is complete. */
import type { Random } from '../../../base/random.ts'
import type { Json } from '../../../protocol/checks.ts'
import { alphanumeric, callId } from '../../../protocol/ids.ts'
import { callerCallItem, callerCallType } from '../../../protocol/responses-caller-tools.ts'
import { opaqueMark } from '../../../protocol/responses-compaction.ts'
import { itemId } from '../../../protocol/responses-ids.ts'
import type { KeptItem } from '../../../protocol/responses-input.ts'
import type { ResponsesRequest } from '../../../protocol/responses-request.ts'
import type { TokenLogprobs } from '../logprobs.ts'
import type { Call, Reply, ReplyItem, Spoken } from '../reply.ts'
import { textOf } from '../said.ts'
import type { HostedCall } from './hosted-calls.ts'

export interface OutputItem {
  readonly id: string
  /** The call's own id; '' of what is no call. */
  readonly callId: string
  /** What it says; undefined: the provider ran a tool. */
  readonly said: ReplyItem | undefined
  readonly hosted: HostedCall | undefined
  /** The citations of a text. */
  readonly annotations: readonly Json[]
  /** As it is when it is complete. */
  readonly item: KeptItem
}

export interface OutputContext {
  readonly request: ResponsesRequest
  readonly reply: Reply
  readonly hosted: readonly HostedCall[]
  readonly random: Random
  /** Reasoning is told word for word. */
  readonly reasoningText: boolean
}

/** What the provider ran comes first, then what is said. */
export function outputItems(context: OutputContext): readonly OutputItem[] {
  const { reply, hosted } = context
  const ran = hosted.map(
    (call): OutputItem => ({
      id: call.done.id,
      callId: '',
      said: undefined,
      hosted: call,
      annotations: [],
      item: call.done,
    }),
  )
  return [...ran, ...reply.items.map((said, i) => saidItem(said, i, context))]
}

function saidItem(said: ReplyItem, i: number, context: OutputContext): OutputItem {
  const { request, reply, hosted, reasoningText } = context
  const random = context.random.fork(`item ${i}`)
  const isCut = reply.finishReason === 'length' || reply.finishReason === 'content_filter'
  const status = isCut && i === reply.items.length - 1 ? 'incomplete' : 'completed'
  const made = { said, hosted: undefined, callId: '', annotations: [] }
  if (said.kind === 'call') {
    const type = callType(said)
    const made = { id: itemId(random, type), callId: callId(random), said, hosted: undefined }
    const item = callItem(said, { ...made, type, status, text: textOf(said) }, request)
    return { ...made, annotations: [], item }
  }
  if (said.kind === 'reasoning') {
    const id = itemId(random, 'reasoning')
    return { ...made, id, item: reasoningItem(said, id, { request, random, reasoningText }) }
  }
  const id = itemId(random, 'message')
  const text = textOf(said)
  const cited = said.kind === 'text' ? hosted.flatMap(call => call.citations(text)) : []
  const part = said.kind === 'refusal' ? refusalPart(text) : textPart(text, cited, said.logprobs)
  const item = messageItem(id, status, [part], phaseOf(request.model, reply))
  return { ...made, id, annotations: cited, item }
}

export function callType({ name, tool }: Call): string {
  return callerCallType(name) ?? (tool === 'custom' ? 'custom_tool_call' : 'function_call')
}

interface CallFacts {
  readonly id: string
  readonly callId: string
  readonly type: string
  readonly status: string
  readonly text: string
}

/** A call with this much of its arguments. */
export function callItem(
  { name }: Call,
  { id, callId, type, status, text }: CallFacts,
  { body, toolUse }: ResponsesRequest,
): KeptItem {
  const namespace = toolUse.namespaces.get(name)
  const spaced = namespace === undefined ? {} : { namespace }
  if (type === 'function_call') {
    return { id, type, status, arguments: text, call_id: callId, name, ...spaced }
  }
  if (type === 'custom_tool_call') {
    return { id, type, status, call_id: callId, input: text, name, ...spaced }
  }
  const tools = (body.tools ?? []) as readonly Json[]
  return callerCallItem({ name, id, callId, status, said: text }, tools) as KeptItem
}

/** Models from 5.3 on tell what leads up to calls from the answer. */
function phaseOf(model: string, { items }: Reply): string | undefined {
  if (!/^gpt-5\.[3-9]/.test(model)) return undefined
  return items.some(({ kind }) => kind === 'call') ? 'commentary' : 'final_answer'
}

export function messageItem(
  id: string,
  status: string,
  content: readonly Json[],
  phase: unknown,
): KeptItem {
  const told = phase === undefined ? {} : { phase }
  return { id, type: 'message', status, content, ...told, role: 'assistant' }
}

export function textPart(
  text: string,
  annotations: readonly Json[],
  logprobs: readonly TokenLogprobs[] = [],
): Json {
  return { type: 'output_text', annotations, logprobs: logprobs.map(logprobObject), text }
}

export function refusalPart(refusal: string): Json {
  return { type: 'refusal', refusal }
}

export function logprobObject({ token, bytes, logprob, top }: TokenLogprobs): Json {
  return { token, bytes, logprob, top_logprobs: top }
}

interface ReasoningFacts {
  readonly request: ResponsesRequest
  readonly random: Random
  readonly reasoningText: boolean
}

function reasoningItem(said: Spoken, id: string, facts: ReasoningFacts): KeptItem {
  const { request, reasoningText } = facts
  const parts = request.summary && !reasoningText ? summaryParts(said) : []
  const encrypted = request.include.has('reasoning.encrypted_content')
  return {
    id,
    type: 'reasoning',
    ...(encrypted ? { encrypted_content: encryptedText(said, facts.random) } : {}),
    ...(reasoningText ? { content: [{ type: 'reasoning_text', text: textOf(said) }] } : {}),
    summary: parts.map(text => ({ type: 'summary_text', text })),
  }
}

/** What was thought, in paragraphs: each is a part of the summary. */
function summaryParts({ tokens }: Spoken): readonly string[] {
  const parts: string[] = []
  let part = ''
  for (const { text } of tokens) {
    part += withoutBreak(text)
    if (!endsPart(text)) continue
    parts.push(part)
    part = ''
  }
  return part === '' ? parts : [...parts, part]
}

/** Whether a paragraph ends with this token. */
export function endsPart(text: string): boolean {
  return text.endsWith('\n\n')
}

export function withoutBreak(text: string): string {
  return endsPart(text) ? text.slice(0, -2) : text
}

const MAX_ENCRYPTED_LENGTH = 4096

/** Nobody can read it: as long as what it stands for. */
function encryptedText({ json }: Spoken, random: Random): string {
  const length = Math.min(MAX_ENCRYPTED_LENGTH, Math.ceil(json.length / 3) * 4)
  return `${opaqueMark}${alphanumeric(random.fork('encrypted'), length)}`
}
