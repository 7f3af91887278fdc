/** /embeddings. */

import {
  type EmbeddingModel,
  embeddingModel,
  maxInputTokens,
  maxRequestTokens,
} from '../../../protocol/embedding-models.ts'
import {
  type EmbeddingInput,
  type EmbeddingRequest,
  parseEmbeddingRequest,
} from '../../../protocol/embedding-request.ts'
import {
  embeddingJson,
  embeddingsEnd,
  embeddingsStart,
} from '../../../protocol/embedding-response.ts'
import { inputTooLong, tooManyInputTokens } from '../../../protocol/errors/embedding.ts'
import { encodingFor } from '../../../protocol/tokens/encodings.ts'
import { loadTokenizer, type Tokenizer } from '../../../protocol/tokens/tokenizer.ts'
import { createEmbedder, type Embedder } from '../../engine/embedding.ts'
import { type Features, textFeatures } from '../../engine/text-features.ts'
import type { Call, Endpoint } from '../endpoint.ts'
import { playJson, startPart } from '../play.ts'
import { createSlicesPart } from '../slices-part.ts'
import { admitWork, chanceOf, paceWork, serveModel } from '../work.ts'

/** Embedders kept: one is 64 KB. */
const MAX_EMBEDDERS = 32
/** Up to here an answer is made at once and sent with its length. */
const FEW_INPUTS = 8
const SHORT_TEXT = 4096
/** Short texts that are counted before the event loop turns. */
const COUNTS_A_SLICE = 64

export function embeddingEndpoints(): readonly Endpoint[] {
  const embedders = new Map<string, Embedder>()
  const embedderOf = (name: string, { kinship }: EmbeddingModel) => {
    let embedder = embedders.get(name)
    if (!embedder) {
      if (embedders.size >= MAX_EMBEDDERS) embedders.clear()
      embedder = createEmbedder(name, kinship)
      embedders.set(name, embedder)
    }
    return embedder
  }
  return [
    {
      method: 'POST',
      path: '/embeddings',
      name: 'embeddings',
      answer: call => embed(call, embedderOf),
    },
  ]
}

async function embed(
  call: Call,
  embedderOf: (name: string, model: EmbeddingModel) => Embedder,
): Promise<undefined> {
  const { exchange, provider, body } = call
  const { lenient } = provider.options
  const parsed = parseEmbeddingRequest(body, lenient)
  const request = lenient && isFromPython(call) ? { ...parsed, format: 'float' as const } : parsed
  serveModel(call, request.model)
  const tokenizer = await loadTokenizer(encodingFor(request.model).encoding)
  const promptTokens = await countInputs(tokenizer, request.inputs)
  if (exchange.entry.done.outcome !== 'open') return // hung up while its inputs were counted

  const tokens = { promptTokens, outputTokens: 0 }
  const limitHeaders = admitWork(call, tokens)
  const random = chanceOf(call, [request.model, ...request.inputs.map(String)])
  const dueMs = paceWork(call, random, 1, tokens)
  const model = embeddingModel(request.model)
  const head = { model: model.answeredName, promptTokens }
  const headers = ['openai-model', headerText(model.answeredName), ...limitHeaders]
  const textOf = (input: EmbeddingInput) =>
    typeof input === 'string' ? input : tokenizer.decode(input)
  const pieces = answerPieces({ ...request, textOf }, head, embedderOf(request.model, model))
  const isShort = ({ length }: EmbeddingInput) => length <= SHORT_TEXT
  if (request.inputs.length <= FEW_INPUTS && request.inputs.every(isShort)) {
    const json = () => [...pieces].join('')
    playJson(exchange, { dueMs, outputTokens: 0 }, json, headers)
  } else {
    const type = ['content-type', 'application/json']
    const part = createSlicesPart(exchange, dueMs, pieces, [...type, ...headers])
    startPart(exchange, part, { dueMs })
  }
}

const MAX_HEADER_LENGTH = 256

/** A model may be called anything, at any length; a header may not. */
function headerText(name: string): string {
  return encodeURI(Buffer.from(name.slice(0, MAX_HEADER_LENGTH)).toString())
}

/** Python's package asks for base64 by itself and reads either; its schema tests know floats only. */
function isFromPython({ exchange }: Call): boolean {
  return exchange.request.headers['x-stainless-lang'] === 'python'
}

/** Throws ApiError for more tokens than may be sent. */
async function countInputs(
  tokenizer: Tokenizer,
  inputs: readonly EmbeddingInput[],
): Promise<number> {
  let total = 0
  for (const [i, input] of inputs.entries()) {
    const tokens = typeof input === 'string' ? await countText(tokenizer, input) : input.length
    if (tokens > maxInputTokens) throw inputTooLong(maxInputTokens, tokens)
    total += tokens
    if (i % COUNTS_A_SLICE === COUNTS_A_SLICE - 1) await new Promise(setImmediate)
  }
  if (total > maxRequestTokens) throw tooManyInputTokens(maxRequestTokens, total)
  return total
}

function countText(tokenizer: Tokenizer, text: string): number | Promise<number> {
  return text.length <= SHORT_TEXT ? tokenizer.count(text) : tokenizer.countInSlices(text)
}

interface TextOf {
  textOf(input: EmbeddingInput): string
}

/** The answer's JSON, piece by piece; an empty piece is a pause point. */
function* answerPieces(
  { inputs, dimensions, format, textOf }: EmbeddingRequest & TextOf,
  head: Parameters<typeof embeddingsEnd>[0],
  embedder: Embedder,
): Generator<string, undefined> {
  yield embeddingsStart
  for (const [index, input] of inputs.entries()) {
    const features = yield* featuresOf(textOf(input))
    yield embeddingJson(index, embedder.embed(features, dimensions), format)
  }
  yield embeddingsEnd(head)
}

function* featuresOf(text: string): Generator<string, Features> {
  const steps = textFeatures(text)
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
    yield ''
  }
}
