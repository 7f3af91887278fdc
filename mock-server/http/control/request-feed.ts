/** Requests as they are over, one line of JSON each, for whoever follows; a slow reader misses some and is told how many. */
import type { ServerResponse } from 'node:http'
import type { ReadFilter } from '../../engine/journal-filter.ts'
import type { Provider } from '../../provider.ts'

/** What may be queued for one reader: a thousand requests of the usual size. */
const MAX_QUEUED_BYTES = 4 * 2 ** 20

export interface RequestFeed {
  /** Writes until the client goes, `limit` is reached or the server closes; then the response is over. */
  follow(response: ServerResponse, filter: ReadFilter): void
}

export function createRequestFeed({ journal, onDrain }: Provider): RequestFeed {
  const following = new Set<() => void>()
  let isDraining = false
  onDrain(() => {
    isDraining = true
    for (const end of following) end()
  })

  return {
    follow(response, { matches, limit }) {
      response.flushHeaders()
      if (response.req.method === 'HEAD') {
        response.end()
        return
      }
      let told = 0
      let dropped = 0
      const unwatch = journal.watch(entry => {
        if (!matches(entry)) return
        if (response.writableLength > MAX_QUEUED_BYTES) dropped++
        else {
          tellDropped()
          response.write(`${JSON.stringify(entry)}\n`)
          told++
          if (told >= limit) end()
        }
      })
      response.on('drain', tellDropped)
      response.on('close', end)
      following.add(end)
      if (isDraining) end()

      /** What a reader missed is said where it is missing. */
      function tellDropped(): void {
        if (dropped === 0) return
        response.write(`{"dropped":${dropped}}\n`)
        dropped = 0
      }

      function end(): void {
        if (!following.delete(end)) return
        unwatch()
        tellDropped()
        response.end()
      }
    },
  }
}
