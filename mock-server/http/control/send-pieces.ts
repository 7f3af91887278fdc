/** A long answer in pieces: made as fast as they are read, and others get their turn between them. */
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'

/** How much is put into one write. */
const WRITE_LENGTH = 65_536

/** Ends the response; stops when the client goes. */
export async function sendPieces(
  response: ServerResponse,
  pieces: Iterable<string>,
): Promise<undefined> {
  let text = ''
  for (const piece of pieces) {
    text += piece
    if (text.length < WRITE_LENGTH) continue
    await written(response, text)
    if (response.destroyed) return undefined
    text = ''
  }
  response.end(text)
  return undefined
}

async function written(response: ServerResponse, text: string): Promise<void> {
  if (response.destroyed) return
  if (response.write(text)) return turn()
  const left = new AbortController()
  const drained = once(response, 'drain', { signal: left.signal })
  const gone = once(response, 'close', { signal: left.signal })
  await Promise.race([drained, gone]).finally(() => left.abort())
  await Promise.allSettled([drained, gone])
  await turn()
}

function turn(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve))
}
