/**
 * The bytes around the tokens of content chunks, made once for all streams that share them.
 *
 * At 2,000 streams each token finds the memory of its own stream cold; what is shared stays in the
 * cache (`npm run perf pace`).
 */
import {
  type ChunkOptions,
  type ChunkTemplate,
  type CompletionHead,
  type ContentTemplate,
  createChunkTemplate,
} from '../../protocol/chat-completion.ts'

import { maxEventBytes } from './write-now.ts'

/** The header of an HTTP chunk of `length` bytes; CRLF follows the chunk. */
export function frameSize(length: number): string {
  return `${length.toString(16)}\r\n`
}

/** An event is `before + id + middle + token + after`. */
export interface ContentFrame {
  readonly before: Uint8Array
  readonly middle: Uint8Array
  readonly after: Uint8Array
  /** Of the whole event. */
  readonly eventBytes: number
}

export interface ChunkSet {
  readonly template: ChunkTemplate
  /** Whether frames are plain ASCII and of a usual length: a model's name may be neither. */
  readonly isPlain: boolean
  /** `length`: characters of the id, and of the token's JSON, which is ASCII. */
  frame(choice: number, length: number): ContentFrame
}

/** Sets kept: `created` changes every second, and with it the set. */
const MAX_SETS = 64

/** Looks a set up by what its streams share. */
export type ChunkSetOf = (head: CompletionHead, options: ChunkOptions) => ChunkSet

export function createChunkSets(): ChunkSetOf {
  const sets = new Map<string, ChunkSet>()
  return (head, options) => {
    const { created, model, serviceTier, fingerprint } = head
    const { includeUsage, includeObfuscation } = options
    const name = `${created} ${includeUsage} ${includeObfuscation} ${serviceTier} ${fingerprint} ${model}`
    let set = sets.get(name)
    if (!set) {
      if (sets.size >= MAX_SETS) sets.clear()
      set = createChunkSet(createChunkTemplate(head, options))
      sets.set(name, set)
    }
    return set
  }
}

function createChunkSet(template: ChunkTemplate): ChunkSet {
  const framesOfChoice: ContentFrame[][] = []
  return {
    template,
    isPlain: isPlain(template.content(0).middle),
    frame(choice, length) {
      framesOfChoice[choice] ??= []
      const frames = framesOfChoice[choice]
      frames[length] ??= frameOf(template.content(choice), length)
      return frames[length]
    },
  }
}

function frameOf({ before, middle, after }: ContentTemplate, length: number): ContentFrame {
  const start = `data: ${before}`
  const end = `${after(length)}\n\n`
  const eventBytes = start.length + middle.length + end.length + length
  const bytes = (text: string) => Buffer.from(text, 'latin1')
  return {
    before: bytes(frameSize(eventBytes) + start),
    middle: bytes(middle),
    after: bytes(`${end}\r\n`),
    eventBytes,
  }
}

/** Room for the id, the token and the pad is left beside it. */
function isPlain(middle: string): boolean {
  return middle.length < maxEventBytes / 2 && /^[\x20-\x7e]*$/.test(middle)
}
