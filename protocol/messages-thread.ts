/**
 * Threads of Anthropic's Messages API: the server holds a conversation under the id of its last message, and
 * a request that continues it sends only what is new.
 */

import { isObject, type Json } from './checks.ts'
import { ApiError } from './errors/api-error.ts'
import { invalid, required, string, tagOf } from './messages-checks.ts'

export interface ThreadUse {
  /** The message to continue from; undefined: a thread begins. */
  readonly previousId: string | undefined
}

/** What a thread is created with and keeps. */
const KEPT = ['system', 'tools'] as const

/** Undefined: no thread is asked for. Throws ApiError for one that the API would refuse; `lenient`: never. */
export function readThread(body: unknown, lenient: boolean): ThreadUse | undefined {
  if (!isObject(body) || body.thread == null) return undefined
  if (!lenient) checkThread(body)
  const { type, previous_message_id: previousId } = body.thread as Json
  return { previousId: type === 'continue' ? String(previousId) : undefined }
}

function checkThread(body: Json): void {
  const thread = body.thread as Json
  if (tagOf(thread, ['continue', 'create'], 'thread') === 'create') return
  required(string)(thread.previous_message_id, 'thread.continue.previous_message_id')
  const given = KEPT.find(name => body[name] != null)
  if (given) throw invalid(given, 'the thread keeps what it was created with')
}

/** What a thread holds, as the fields of a body. */
export interface HeldThread {
  readonly system: unknown
  readonly tools: unknown
  readonly messages: readonly unknown[]
}

/** The body as it would be if all of the conversation were in it. */
export function withThread(body: Json, { system, tools, messages }: HeldThread): Json {
  const added = Array.isArray(body.messages) ? body.messages : []
  return { ...body, system, tools, messages: [...messages, ...added] }
}

export function noThread(id: string): ApiError {
  return new ApiError(404, `No thread continues from the message ${id}.`, {
    code: 'thread_not_found',
  })
}
