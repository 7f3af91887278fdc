/** What our mock server did, by its own journal: the truth that a run's times are held against. */

/** One request as the server saw it, ms from its arrival there. */
export interface Served {
  readonly requestId: string
  /** When each content chunk was meant to be written, and when it was. */
  readonly dueMs: readonly number[]
  readonly eventMs: readonly number[]
  readonly durationMs: number | undefined
}

const maxBytes = 256 * 2 ** 20
const timeoutMs = 10_000

/**
 * The requests that the server at `url` (a base URL such as `…/v1`) still knows, by id; undefined: it is no mock of
 * ours, or keeps its journal to itself. Rejects with nothing: what cannot be asked is not there.
 */
export async function readServed(url: string): Promise<ReadonlyMap<string, Served> | undefined> {
  const path = '/_tokadence/requests?format=ndjson'
  try {
    const { status, headers, body } = await fetch(new URL(path, url), {
      signal: AbortSignal.timeout(timeoutMs),
    })
    const isJournal = status === 200 && headers.get('content-type')?.includes('ndjson')
    if (!isJournal || !body) {
      await body?.cancel()
      return undefined
    }
    return servedOf(await textOf(body))
  } catch (error) {
    if (error instanceof Error) return undefined
    throw error
  }
}

async function textOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const pieces: Uint8Array[] = []
  let bytes = 0
  for await (const piece of body) {
    bytes += piece.length
    if (bytes > maxBytes) throw new Error(`A journal of more than ${maxBytes} bytes.`)
    pieces.push(piece)
  }
  return Buffer.concat(pieces).toString('utf8')
}

interface Line {
  readonly requestId?: unknown
  readonly intended?: { readonly dueMs?: readonly number[] }
  readonly done?: { readonly eventMs?: readonly number[]; readonly durationMs?: number }
}

function servedOf(text: string): ReadonlyMap<string, Served> {
  const served = new Map<string, Served>()
  for (const line of text.split('\n')) {
    if (line === '') continue
    const { requestId, intended, done } = JSON.parse(line) as Line
    if (typeof requestId !== 'string') continue
    served.set(requestId, {
      requestId,
      dueMs: intended?.dueMs ?? [],
      eventMs: done?.eventMs ?? [],
      durationMs: done?.durationMs,
    })
  }
  return served
}
