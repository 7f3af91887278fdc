/** /moderations. */
import type { ModerationInput } from '../../../protocol/moderation-request.ts'
import { parseModerationRequest } from '../../../protocol/moderation-request.ts'
import { moderationAnswer } from '../../../protocol/moderation-response.ts'
import { encodingFor } from '../../../protocol/tokens/encodings.ts'
import { loadTokenizer } from '../../../protocol/tokens/tokenizer.ts'
import { highest, scoreImage, scoreText } from '../../engine/moderation.ts'
import type { Call, Endpoint } from '../endpoint.ts'
import { playJson } from '../play.ts'
import { admitWork, chanceOf, paceWork, serveModel } from '../work.ts'

export function moderationEndpoints(): readonly Endpoint[] {
  return [{ method: 'POST', path: '/moderations', name: 'moderations', answer: moderate }]
}

/** Inputs that are scored before the event loop turns, unless one of them is long. */
const SCORES_A_SLICE = 64

async function moderate(call: Call): Promise<undefined> {
  const { exchange, body } = call
  const { model, inputs } = parseModerationRequest(body)
  serveModel(call, model)
  const tokenizer = await loadTokenizer(encodingFor(model).encoding)
  let promptTokens = 0
  for (const { text } of inputs) promptTokens += await tokenizer.countInSlices(text ?? '')
  const results: Parameters<typeof moderationAnswer>[2][number][] = []
  for (const input of inputs) {
    results.push({ input, scores: await scoresOf(input) })
    if (results.length % SCORES_A_SLICE === 0) await new Promise(setImmediate)
  }
  if (exchange.entry.done.outcome !== 'open') return // hung up while its texts were read

  const tokens = { promptTokens, outputTokens: 0 }
  admitWork(call, tokens)
  const says = inputs.flatMap(({ text, images }) => [text ?? '', ...images])
  const random = chanceOf(call, [model, ...says])
  const id = `modr-${1000 + random.fork('id').integer(9000)}`
  const dueMs = paceWork(call, random, 1, tokens)
  const json = () => JSON.stringify(moderationAnswer(id, model, results))
  playJson(exchange, { dueMs, outputTokens: 0 }, json)
}

async function scoresOf({ text, images }: ModerationInput) {
  const steps = scoreText(text ?? '')
  let step = steps.next()
  while (!step.done) {
    await new Promise(setImmediate)
    step = steps.next()
  }
  return highest(text === undefined ? undefined : step.value, images.map(scoreImage))
}
