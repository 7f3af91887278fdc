/**
 * A call as its caller sees it: frames to iterate, and the result.
 *
 * The call runs by itself, so that its stamps are those of the network and not of a slow reader; frames wait
 * in line until they are read, which takes no more memory than the answer itself.
 */
import { type CallContext, startCall } from './call.ts'
import type { Frame } from './frame.ts'
import type { CallOptions, ChatRequest } from './request.ts'
import { type ChatResult, errorOf } from './result.ts'

export interface ChatStream extends AsyncIterable<Frame> {
  /**
   * How it all ended, however it ended: it rejects for no server's and no network's fault. Partial answers
   * have their text, usage and cost too.
   */
  readonly result: Promise<ChatResult>
  /** Exact output tokens so far. */
  readonly outputTokens: number
  /** Stops the call at once, and with it the server's work; leaving a `for await` does the same. */
  cancel(reason?: unknown): void
  /**
   * Frames in order, the last of kind `end`. After the end of an answer that is not whole, throws
   * ClientError. For one reader.
   */
  [Symbol.asyncIterator](): AsyncIterator<Frame, undefined>
  [Symbol.asyncDispose](): Promise<void>
}

export function openStream(
  request: ChatRequest,
  callOptions: CallOptions,
  context: CallContext,
): ChatStream {
  const stop = new AbortController()
  const line = createLine()
  const outer = callOptions.signal
  const passAbort = () => stop.abort(outer?.reason)
  if (outer?.aborted) passAbort()
  else outer?.addEventListener('abort', passAbort, { once: true })

  const call = startCall(request, callOptions, context, { deliver: line.put, stop: stop.signal })
  const result = call.end.then(
    ({ result, cause }) => {
      outer?.removeEventListener('abort', passAbort)
      const { how, finishReason, failure } = result
      line.put({ kind: 'end', how, finishReason, failure })
      line.close(failure && errorOf({ ...result, failure }, cause))
      return result
    },
    (error: unknown) => {
      outer?.removeEventListener('abort', passAbort)
      line.close(error)
      throw error
    },
  )
  // Who iterates is told there; a result that nobody asks for must not end the process.
  result.catch(() => undefined)

  const cancel = (reason: unknown = 'The caller left the stream.') => stop.abort(reason)
  let isRead = false
  return {
    result,
    get outputTokens() {
      return call.outputTokens
    },
    cancel,
    [Symbol.asyncIterator]() {
      if (isRead)
        throw new TypeError('A chat stream can be read once: keep its frames, or use result.')
      isRead = true
      return {
        next: line.take,
        async return() {
          cancel()
          line.clear()
          return { done: true, value: undefined }
        },
      }
    },
    async [Symbol.asyncDispose]() {
      cancel()
      await result
    },
  }
}

/** The whole answer, without frames. Rejects with ClientError when it is not whole. */
export async function completeCall(
  request: ChatRequest,
  callOptions: CallOptions,
  context: CallContext,
): Promise<ChatResult> {
  const { signal = new AbortController().signal } = callOptions
  const call = startCall(request, callOptions, context, { deliver: () => undefined, stop: signal })
  const { result, cause } = await call.end
  const { failure } = result
  if (failure) throw errorOf({ ...result, failure }, cause)
  return result
}

type Taken = IteratorResult<Frame, undefined>

/** Frames on their way from one writer to one reader. */
function createLine() {
  let frames: Frame[] = []
  let taken = 0
  let isClosed = false
  let error: unknown
  /** The reader, where it waits, and what it waits for. */
  let reader: { resolve(taken: Taken): void; reject(error: unknown): void } | undefined
  let waited: Promise<Taken> | undefined

  /** A frame that is waited for goes to its reader without standing in line. */
  function put(frame: Frame): void {
    if (!reader) {
      frames.push(frame)
      return
    }
    const { resolve } = reader
    reader = waited = undefined
    resolve({ done: false, value: frame })
  }

  /** The next frame; waits for it only where there is none yet. */
  function take(): Promise<Taken> {
    if (waited) return waited.then(take, take)
    if (taken < frames.length) return Promise.resolve(next())
    if (isClosed) return ended()
    waited = new Promise((resolve, reject) => {
      reader = { resolve, reject }
    })
    return waited
  }

  function next(): Taken {
    const value = frames[taken++]!
    if (taken === frames.length) {
      frames = []
      taken = 0
    }
    return { done: false, value }
  }

  /** The error once, if there is one; then no more. */
  function ended(): Promise<Taken> {
    const reason = error
    error = undefined
    if (reason !== undefined) return Promise.reject(reason)
    return Promise.resolve({ done: true, value: undefined })
  }

  return {
    put,
    take,
    /** No more frames; `reason` is thrown once they are all read. */
    close(reason: unknown): void {
      isClosed = true
      error = reason
      if (!reader) return
      const { resolve, reject } = reader
      reader = waited = undefined
      ended().then(resolve, reject)
    },
    /** Drops what was not read, and the error with it. */
    clear(): void {
      frames = []
      taken = 0
      isClosed = true
      error = undefined
    },
  }
}
