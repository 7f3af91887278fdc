/** Conversations that the server holds for /messages, each under the id of its last message. */
import { isObject, type Json } from '../../protocol/checks.ts'
import {
  type HeldThread,
  noThread,
  type ThreadUse,
  withThread,
} from '../../protocol/messages-thread.ts'
import { textLength } from '../engine/responses/store.ts'
import { createStore, type Store } from '../engine/store.ts'
import type { Provider } from '../provider.ts'
import type { Call } from './endpoint.ts'

interface Thread extends HeldThread {
  readonly id: string
}

const MAX_THREADS = 1000
/** Characters of all threads. */
const MAX_LENGTH = 2 ** 26

function threads({ onReset }: Provider): Store<Thread> {
  const size = { maxLength: MAX_LENGTH, lengthOf: (thread: Thread) => textLength(thread) }
  const held = createStore<Thread>(MAX_THREADS, undefined, size)
  onReset(held.clear)
  return held
}

/** The body with the conversation that it continues. Throws ApiError where nothing is held. */
export function wholeBody({ body, provider }: Call, thread: ThreadUse | undefined): unknown {
  if (thread?.previousId === undefined || !isObject(body)) return body
  const held = provider.shared(threads).get(thread.previousId)
  if (held) return withThread(body, held)
  if (provider.options.lenient) return body
  throw noThread(thread.previousId)
}

/** Holds the conversation for the next request, once the reply was sent whole. An empty reply is no message. */
export function holdThread(
  { exchange, provider }: Call,
  { system, tools, messages }: Json,
  reply: () => { readonly id: string; readonly content: readonly object[] },
): void {
  exchange.response.once('finish', () => {
    if (exchange.entry.done.outcome !== 'ok') return
    const { id, content } = reply()
    const said = content.length > 0 ? [{ role: 'assistant', content }] : []
    const all = [...(Array.isArray(messages) ? messages : []), ...said]
    provider.shared(threads).put({ id, system, tools, messages: all })
  })
}
