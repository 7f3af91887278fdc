/**
 * What models can, by the family of their names: which endpoint they answer, how long a prompt and an answer
 * may be, what they see and whether they reason. A name of no known family can do anything.
 */
import type { Effort } from './ask.ts'

export interface Capabilities {
  /** The endpoints that it answers: chat and responses, responses only, legacy completions, or none of these. */
  readonly serves: 'chat' | 'responses' | 'completions' | 'other'
  /** Undefined: nobody knows. */
  readonly contextTokens: number | undefined
  /** The most prompt tokens, where this is less than the context. */
  readonly inputTokens: number | undefined
  /** The most tokens of an answer. */
  readonly outputTokens: number | undefined
  readonly images: boolean
  readonly audio: 'none' | 'may' | 'must'
  readonly jsonObject: boolean
  readonly jsonSchema: boolean
  /** How hard it can think; empty: it does not reason. Undefined: nobody knows. */
  readonly efforts: readonly Effort[] | undefined
  /** Of the time before structured errors: names that it does not know are `Unrecognized`. */
  readonly older: boolean
}

const anything: Capabilities = {
  serves: 'chat',
  contextTokens: undefined,
  inputTokens: undefined,
  outputTokens: undefined,
  images: true,
  audio: 'may',
  jsonObject: true,
  jsonSchema: true,
  efforts: undefined,
  older: false,
}

const NO_EFFORTS: readonly Effort[] = []

/** A model that sees images and keeps to schemas, and neither hears nor reasons. */
function chat(contextTokens: number, outputTokens: number, more: Partial<Capabilities> = {}) {
  const plain = { ...anything, audio: 'none', efforts: NO_EFFORTS } as const
  return { ...plain, contextTokens, outputTokens, ...more }
}

const blind = { images: false, jsonSchema: false } as const
const old = { ...blind, older: true } as const
const lowToHigh: readonly Effort[] = ['low', 'medium', 'high']
const gpt5Window = [400_000, 128_000] as const
const gpt5 = { inputTokens: 272_000 } as const
const responses = { ...anything, serves: 'responses' } as const
const other = { ...anything, serves: 'other' } as const

function completions(contextTokens: number): Capabilities {
  return { ...chat(contextTokens, contextTokens, old), serves: 'completions' }
}

/** The first that matches counts. A date at a name's end belongs to it unless it is told here. */
const families: readonly (readonly [RegExp, Capabilities])[] = [
  [/^text-embedding-/, other],
  [
    /^(whisper|tts|dall-e|gpt-image|chatgpt-image|sora|gpt-realtime|(omni|text)-moderation)\b/,
    other,
  ],
  [/^gpt-4o(-mini)?-(transcribe|tts|realtime)/, other],
  [/^(gpt-3\.5-turbo-instruct|text-davinci-00[23])/, completions(4096)],
  [/^(babbage|davinci)-002$/, completions(16_384)],
  [/^(o1|o3|gpt-5(\.\d+)?)-pro|^gpt-5(\.\d+)?-codex|-deep-research|^computer-use-/, responses],

  [/^gpt-3\.5-turbo-(0301|0613)$/, chat(4097, 4096, { ...old, jsonObject: false })],
  [/^gpt-3\.5-turbo/, chat(16_385, 4096, old)],
  [/^gpt-4-(turbo-preview|1106-preview|0125-preview)$/, chat(128_000, 4096, old)],
  [/^gpt-4-(turbo|vision)/, chat(128_000, 4096, { jsonSchema: false, older: true })],
  [/^gpt-4-32k/, chat(32_768, 32_768, { ...old, jsonObject: false })],
  [/^gpt-4(-\d+)?$/, chat(8192, 8192, { ...old, jsonObject: false })],
  [/^(gpt-audio|gpt-4o(-mini)?-audio)/, chat(128_000, 16_384, { ...blind, audio: 'must' })],
  [/^gpt-4o-2024-05-13$/, chat(128_000, 4096, { jsonSchema: false })],
  [/^(gpt-4o|chatgpt-4o)/, chat(128_000, 16_384)],
  [/^gpt-4\.1/, chat(1_047_576, 32_768)],
  [/^gpt-4\.5/, chat(128_000, 16_384)],

  [/^(o1|o3|o4)-mini/, chat(200_000, 100_000, { efforts: lowToHigh })],
  [/^(o1|o3)(?![^-])/, chat(200_000, 100_000, { efforts: lowToHigh })],
  [/^gpt-5(\.\d+)?-chat/, chat(128_000, 16_384)],
  [
    /^gpt-5(-mini|-nano|-\d|$)/,
    chat(...gpt5Window, { ...gpt5, efforts: ['minimal', ...lowToHigh] }),
  ],
  [/^gpt-5\.1/, chat(...gpt5Window, { ...gpt5, efforts: ['none', ...lowToHigh] })],
  [/^gpt-5\./, chat(...gpt5Window, { ...gpt5, efforts: ['none', ...lowToHigh, 'xhigh'] })],
]

/** Clients choose the names: what was looked up is kept, but not without end. */
const known = new Map<string, Capabilities>()
const MAX_KNOWN = 1024
/** Characters of a name that is kept; no model has a longer one. */
const MAX_KEPT_NAME = 256

export function capabilitiesOf(model: string): Capabilities {
  let found = known.get(model)
  if (!found) {
    // A fine-tuned model can what its base can: ft:gpt-4o-mini-2024-07-18:acme::id
    const base = model.startsWith('ft:') ? (model.split(':')[1] ?? '') : model
    found = families.find(([family]) => family.test(base))?.[1] ?? anything
    if (known.size >= MAX_KNOWN) known.clear()
    if (model.length <= MAX_KEPT_NAME) known.set(model, found)
  }
  return found
}

/** Whether it thinks before it speaks. */
export function reasons({ efforts }: Capabilities): boolean {
  return efforts !== undefined && efforts.length > 0
}

/** Models of other providers that think unasked; what OpenAI refuses its own, these take. */
const THINKERS =
  /(^|[/:-])(deepseek-(reasoner|r1)|qwq|qwen3|magistral|gpt-oss|grok-(3-mini|4)|kimi-k2-thinking|glm-4\.[56])/i

/** Whether a model of this name thinks before it speaks, whoever serves it. */
export function thinks(model: string): boolean {
  return reasons(capabilitiesOf(model)) || THINKERS.test(model)
}
