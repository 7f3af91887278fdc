/** /completions, as it was before there was chat: a prompt, or several, and what comes after it. */
import type { Random } from '../../../base/random.ts'
import type { Ask, Turn } from '../../../protocol/ask.ts'
import type { Prompt } from '../../../protocol/completions-prompt.ts'
import {
  type CompletionsRequest,
  checkPromptFits,
  parseCompletionsRequest,
} from '../../../protocol/completions-request.ts'
import { textCompletionId } from '../../../protocol/ids.ts'
import { encodingFor } from '../../../protocol/tokens/encodings.ts'
import { loadTokenizer, type Tokenizer } from '../../../protocol/tokens/tokenizer.ts'
import { drawLogprobs } from '../../engine/logprobs.ts'
import type { Plan } from '../../engine/plan.ts'
import {
  type Answer,
  textCompletionObject,
  textCompletionScript,
  unforeseenFirst,
} from '../../engine/text-completion.ts'
import type { Call, Endpoint } from '../endpoint.ts'
import { planAnswer } from '../generate.ts'
import { playJson, playScript } from '../play.ts'

export function completionEndpoints(): readonly Endpoint[] {
  return [
    {
      method: 'POST',
      path: '/completions',
      name: 'completions',
      generates: true,
      answer: complete,
    },
  ]
}

async function complete(call: Call): Promise<void> {
  const { exchange, apiKey, body, provider } = call
  const asked = parseCompletionsRequest(body, provider.options)
  exchange.entry.stream = asked.stream
  const tokenizer = await loadTokenizer(encodingFor(asked.model).encoding)
  const texts = asked.prompts.map(prompt => textOf(prompt, tokenizer))
  const tokens = await echoedTokens(asked, tokenizer)
  if (exchange.entry.done.outcome !== 'open') return
  const asking = {
    exchange,
    apiKey,
    ask: askForAll(asked, texts),
    newId: textCompletionId,
    countTokens: () => countPrompts(asked, tokenizer),
    maxReasoningTokens: 0, // there is no place to think in
    check: (promptTokens: number) => checkPromptFits(asked.model, promptTokens, asked.maxTokens),
  }
  planAnswer(asking, ({ plan, random, limitHeaders }) => {
    const head = {
      created: provider.created(),
      model: asked.model,
      fingerprint: provider.fingerprint,
      includeUsage: asked.includeUsage,
      answers: answersOf(asked, { texts, tokens, plan, random, lenient: provider.options.lenient }),
    }
    if (asked.stream)
      playScript(exchange, textCompletionScript(plan, head), {
        headers: limitHeaders,
        wire: plan.wire,
      })
    else
      playJson(exchange, plan, () => JSON.stringify(textCompletionObject(plan, head)), limitHeaders)
  })
}

/** All prompts in one Ask. Replies to prompt p are numbered from `p * bestOf`. */
function askForAll(asked: CompletionsRequest, texts: readonly string[]): Ask {
  const { suffix, bestOf } = asked
  const after: Turn[] = suffix === undefined ? [] : [{ role: 'system', content: suffix }]
  const turns = texts.map((content): Turn => ({ role: 'user', content }))
  return { ...asked.askFor(texts[0]!), turns: [...after, ...turns], choices: bestOf * texts.length }
}

interface Answering {
  readonly texts: readonly string[]
  readonly tokens: readonly (readonly string[])[] | undefined
  readonly plan: Plan
  readonly random: Random
  /** The SDK's types know no token without a probability. */
  readonly lenient: boolean
}

/** Of the replies to each prompt the first few. */
function answersOf(
  { choices, bestOf, echo, logprobs = 0 }: CompletionsRequest,
  { texts, tokens, plan, random, lenient }: Answering,
): Answer[] {
  return texts.flatMap((prompt, p) => {
    const drawn =
      tokens && drawLogprobs(random.fork(`prompt ${p}`), tokens[p]!.map(asToken), logprobs)
    const promptLogprobs = drawn && (lenient ? drawn : unforeseenFirst(drawn))
    const replies = plan.choices.slice(p * bestOf, p * bestOf + choices)
    return replies.map(reply => ({ reply, prompt, echo, promptLogprobs }))
  })
}

function asToken(text: string) {
  return { text }
}

function textOf(prompt: Prompt, tokenizer: Tokenizer): string {
  return typeof prompt === 'string' ? prompt : tokenizer.decode(prompt)
}

/** The texts of each prompt's tokens, where they are repeated with their probabilities. */
async function echoedTokens(
  { prompts, echo, logprobs }: CompletionsRequest,
  tokenizer: Tokenizer,
): Promise<string[][] | undefined> {
  if (!echo || logprobs === undefined) return undefined
  const tokens: string[][] = []
  for (const prompt of prompts) {
    if (typeof prompt !== 'string') tokens.push(prompt.map(token => tokenizer.decode([token])))
    else tokens.push((await tokenizer.splitInSlices(prompt)).map(({ text }) => text))
  }
  return tokens
}

async function countPrompts(
  { prompts, suffix = '' }: CompletionsRequest,
  tokenizer: Tokenizer,
): Promise<number> {
  let tokens = await tokenizer.countInSlices(suffix)
  for (const prompt of prompts) {
    tokens += typeof prompt === 'string' ? await tokenizer.countInSlices(prompt) : prompt.length
  }
  return tokens
}
