/** A response that nobody asked for, where every id is to be known: completed, and empty. */
import { createRandom } from '../../base/random.ts'
import { parseResponsesRequest } from '../../protocol/responses-request.ts'
import type { Plan } from '../engine/plan.ts'
import { outputItems } from '../engine/responses/output.ts'
import { createRunLog } from '../engine/responses/run-log.ts'
import { responsesScript } from '../engine/responses/script.ts'
import type { StoredResponse } from '../engine/responses/store.ts'
import type { Provider } from '../provider.ts'

const reply = {
  items: [{ kind: 'text', tokens: [], json: '', outputTokens: 0 }],
  finishReason: 'stop',
  stoppedAt: undefined,
  outputTokens: 0,
  reasoningTokens: 0,
} as const

export function placeholderResponse(provider: Provider, id: string): StoredResponse {
  const request = parseResponsesRequest({ input: [] }, { lenient: true })
  const random = createRandom(provider.seed, id)
  const counts = { promptTokens: 0, cachedTokens: 0, outputTokens: 0, reasoningTokens: 0 }
  const plan: Plan = { id, ...counts, choices: [reply], dueMs: [0] }
  const items = outputItems({ request, reply, hosted: [], random, reasoningText: false })
  const habits = { reasoningText: undefined, callDeltas: true }
  const script = responsesScript({
    ...{ request, plan, id, items, habits },
    createdAt: provider.created(),
    failure: undefined,
  })
  const log = createRunLog(script.dueMs)
  log.finish()
  return { id, script, log, context: [], input: [], stop() {} }
}
