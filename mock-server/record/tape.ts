/** An answer taken down as it passes, with the time of every chunk, in bounded memory. */
import type { RecordedChunk, RecordedRequest, RecordedResponse, Recording } from './recording.ts'
import { maskChunks, redactHeaders } from './redact.ts'

/** The largest body of an answer that is recorded. */
export const maxRecordedBytes = 32 * 2 ** 20
/** What all answers being recorded may hold together. */
export const maxHeldBytes = 256 * 2 ** 20

export interface Tape {
  /** The answer's head, `atMs` after the request was sent. */
  head(atMs: number, status: number, headers: Readonly<Record<string, unknown>>): void
  /** Copies the bytes. */
  chunk(atMs: number, bytes: Uint8Array): void
  /** The whole, secrets masked; or why there is none. What it holds stays counted until `drop`. */
  end(atMs: number): Recording | TooLarge
  /** Gives back what is held: it is saved, or did not come to its end. */
  drop(): void
}

/** An answer that outgrew what may be held; it passed on all the same. */
export interface TooLarge {
  readonly why: string
}

export interface TapeRoom {
  heldBytes: number
}

export interface TapeContext {
  /** Shared by all tapes. */
  readonly room: TapeRoom
  /** What must not stand in the recording, such as the key that was used. */
  readonly secrets: readonly string[]
  /** The length of the request's body, which is held as well. */
  readonly requestBytes: number
}

export function createTape(
  request: RecordedRequest,
  { room, secrets, requestBytes }: TapeContext,
): Tape {
  let response: RecordedResponse | undefined
  let chunks: RecordedChunk[] = []
  let bytesHeld = 0
  let why: string | undefined
  const masked = [...secrets]

  function drop(): void {
    chunks = []
    room.heldBytes -= bytesHeld
    bytesHeld = 0
  }

  function hold(bytes: number): void {
    if (room.heldBytes + bytes > maxHeldBytes) {
      why = `the answers being recorded are together larger than ${maxHeldBytes} bytes`
      drop()
    } else {
      room.heldBytes += bytes
      bytesHeld += bytes
    }
  }
  hold(requestBytes)
  let answerBytes = 0

  return {
    drop,
    head(atMs, status, headers) {
      for (const name of ['openai-organization', 'openai-project']) {
        const account = String(headers[name] ?? '')
        // An account's id stands in the words of some refusals too.
        if (/^(org|proj|user)[-_]/.test(account)) masked.push(account)
      }
      response = { atMs, status, headers: redactHeaders(headers) }
    },
    chunk(atMs, bytes) {
      const { length } = bytes
      if (why !== undefined || length === 0) return
      answerBytes += length
      if (answerBytes > maxRecordedBytes) {
        why = `the answer is larger than ${maxRecordedBytes} bytes`
        drop()
      } else hold(length)
      if (why === undefined) chunks.push({ atMs, bytes: Buffer.from(bytes) })
    },
    end(atMs) {
      if (why !== undefined || !response) return { why: why ?? 'there was no answer' }
      return { request, response, chunks: maskChunks(chunks, masked), endMs: atMs }
    },
  }
}
