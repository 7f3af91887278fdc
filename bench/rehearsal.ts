/**
 * Made-up replies through the measuring code before the first connect. V8 compiles it then and not in
 * the warm-up, where each pause would start streams together, which then stay in step for the whole run.
 */
import { createRandom } from '../base/random.ts'
import { createExchange } from './exchange.ts'
import { createRecorder } from './recorder.ts'

const replies = 400
const chunksPerReply = 32

/** Takes about 50 ms, and leaves nothing behind. */
export function rehearse(): void {
  const recorder = createRecorder(createRandom('rehearsal'))
  recorder.begin(0)
  const chunk = Buffer.from(
    'data: {"id":"chatcmpl-0","object":"chat.completion.chunk","created":0,"model":"m","choices":[{"index":0,"delta":{"content":" word"},"logprobs":null,"finish_reason":null}]}\n\n',
  )
  const end = Buffer.from('data: [DONE]\n\n')
  for (let i = 0; i < replies; i++) {
    const exchange = createExchange(i)
    recorder.sent(i)
    exchange.touched(i)
    exchange.headed(200)
    for (let k = 0; k < chunksPerReply; k++) recorder.content(i + k, exchange.fed(chunk, i + k))
    exchange.fed(end, i + chunksPerReply)
    recorder.settled(exchange.ended('complete', i + chunksPerReply), i + chunksPerReply)
  }
}
