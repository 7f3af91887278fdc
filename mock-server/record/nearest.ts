/** Why nothing was played: the recording that comes nearest, and the first thing it differs in. */
import type { Entry } from './library.ts'
import { canonicalPath, compareBodies } from './match.ts'
import type { RecordedRequest } from './recording.ts'

/** How many recordings are read to find the nearest. */
const MAX_READ = 64
/** How many kinds of requests are named. */
const MAX_NAMED = 5

/** A sentence or two for whoever asked. */
export async function describeMiss(
  asked: RecordedRequest,
  entries: readonly Entry[],
): Promise<string> {
  const what = `${asked.method} ${asked.path}`
  const path = canonicalPath(asked.path)
  const alike = entries.filter(
    ({ request }) => request.method === asked.method && canonicalPath(request.path) === path,
  )
  if (alike.length === 0) {
    return `No recording is of ${what}; ${whatThereIs(entries)}.`
  }
  let nearest: { name: string; distance: number; words: string } | undefined
  for (const entry of alike.slice(0, MAX_READ)) {
    const recording = await entry.read().catch(() => undefined) // a file that is gone is no neighbour
    if (!recording) continue
    const { distance, first } = compareBodies(recording.request.body, asked.body)
    if (nearest && nearest.distance <= distance) continue
    const { where, recorded = 'absent', asked: here = 'absent' } = first ?? { where: 'body' }
    nearest = {
      name: entry.name,
      distance,
      words: `${where} is ${recorded} there and ${here} here`,
    }
  }
  if (!nearest) return `No recording of ${what} matches.`
  const { name, words, distance } = nearest
  const more =
    distance > 1 ? ` (and ${distance - 1} more ${distance > 2 ? 'differ' : 'differs'})` : ''
  return `No recording matches this ${what}. The nearest is ${name}: ${words}${more}.`
}

function whatThereIs(entries: readonly Entry[]): string {
  const kinds = [...new Set(entries.map(({ request: { method, path } }) => `${method} ${path}`))]
  if (kinds.length === 0) return 'there are no recordings at all'
  const more = kinds.length > MAX_NAMED ? ` and ${kinds.length - MAX_NAMED} more` : ''
  return `there are recordings of ${kinds.slice(0, MAX_NAMED).join(', ')}${more}`
}
