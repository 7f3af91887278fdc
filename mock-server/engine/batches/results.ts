/** What came back of a batch's requests: kept by their place in the input, bounded, written as two files. */
import type { Random } from '../../../base/random.ts'
import {
  answeredLine,
  type BatchAnswer,
  noAnswer,
  unansweredLine,
  type WhyNoAnswer,
} from '../../../protocol/batch-result.ts'
import { batchRequestId, fileId } from '../../../protocol/ids.ts'
import type { FileStore } from '../file-store.ts'

export interface BatchResults {
  /** Whether it counts as completed: an answer of 200 that there was room for. */
  addAnswer(index: number, customId: string, answer: BatchAnswer): boolean
  addLacking(index: number, customId: string, why: WhyNoAnswer): void
  has(index: number): boolean
  /** Writes the file of those that are completed, or of those that are not: its id; null without any. */
  write(kind: 'output' | 'error'): string | null
  clear(): void
}

export interface BatchResultsParts {
  readonly batchId: string
  readonly random: Random
  readonly files: FileStore
  /** Of the files, in seconds from their writing; undefined: they stay. */
  readonly expiresAfterS: number | undefined
}

interface Result {
  readonly line: string
  readonly ok: boolean
}

export function createBatchResults({
  batchId,
  random,
  files,
  expiresAfterS,
}: BatchResultsParts): BatchResults {
  const results: (Result | undefined)[] = []
  /** Half of what the store holds; the rest is for those that no longer fit, and for others. */
  const maxBytes = files.maxBytes / 2
  let kept = 0

  const idOf = (index: number) => batchRequestId(random.fork(index))

  function addLacking(index: number, customId: string, why: WhyNoAnswer): void {
    results[index] = { line: unansweredLine(idOf(index), customId, why), ok: false }
  }

  return {
    addAnswer(index, customId, answer) {
      const line = answeredLine(idOf(index), customId, answer)
      const bytes = Buffer.byteLength(line)
      if (kept + bytes > maxBytes) {
        addLacking(index, customId, noAnswer.tooLarge)
        return false
      }
      kept += bytes
      const ok = answer.status === 200
      results[index] = { line, ok }
      return ok
    },
    addLacking,
    has: index => results[index] !== undefined,
    write(kind) {
      const wanted = kind === 'output'
      const lines = results.flatMap(result => (result?.ok === wanted ? [result.line] : []))
      if (lines.length === 0) return null
      const bytes = Buffer.from(lines.join(''))
      // Only what its own input says can be so much: nobody waits for this file.
      if (bytes.length > files.maxBytes) return null
      const id = fileId(random.fork(kind))
      const filename = `${batchId}_${kind}.jsonl`
      files.addAs(id, { filename, purpose: 'batch_output', expiresAfterS, bytes })
      return id
    },
    clear() {
      results.length = 0
    },
  }
}
