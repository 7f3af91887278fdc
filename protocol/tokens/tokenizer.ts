/** Text to tokens: exact counts and the texts of single tokens, at a cost linear in the text. */
import { finish, finishInSlices } from '../../base/slices.ts'
import { mergePiece } from './merge.ts'
import { type EncodingName, loadVocabulary, type Vocabulary } from './vocabulary.ts'

export interface Tokenizer {
  readonly encoding: EncodingName
  /** How many tokens `text` is. Special tokens such as <|endoftext|> count as the text they are. */
  count(text: string): number
  /** The same for text of any size, giving way to the event loop every few milliseconds. */
  countInSlices(text: string): Promise<number>
  /** The text's tokens, one by one. */
  split(text: string): TokenText[]
  /** The same for text of any size, giving way to the event loop every few milliseconds. */
  splitInSlices(text: string): Promise<TokenText[]>
  /** Tokens of the pieces, which merging never crosses, that end within the first `limit` characters; and their length. */
  countPieces(text: string, limit: number): { tokens: number; length: number }
  /** The text of these tokens; a number that is none stands for nothing, broken characters for U+FFFD. */
  decode(tokens: readonly number[]): string
}

/** One token's text; where a character spans several tokens, the text of all of them together. */
export interface TokenText {
  readonly text: string
  readonly tokens: number
}

/** Pieces whose count is kept; beyond it the cache starts anew. */
const CACHED_PIECES = 50_000
const CACHED_PIECE_LENGTH = 64
/** Whole texts whose count is kept: system prompts and roles come again and again. */
const CACHED_TEXTS = 2000
const CACHED_TEXT_LENGTH = 2048
/** Finding a piece as long as this took a while: a pause point. */
const LONG_PIECE = 65_536
const encoder = new TextEncoder()
/** A byte order mark is text here. */
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

const NO_BYTES = new Uint8Array()

const loading = new Map<EncodingName, Promise<Tokenizer>>()
const loaded = new Map<EncodingName, Tokenizer>()

/** Loads an encoding's tokenizer once a process (about 60 ms); later calls share it. */
export function loadTokenizer(encoding: EncodingName): Promise<Tokenizer> {
  let tokenizer = loading.get(encoding)
  if (!tokenizer) {
    tokenizer = loadVocabulary(encoding).then(vocabulary => {
      const created = createTokenizer(vocabulary)
      loaded.set(encoding, created)
      return created
    })
    loading.set(encoding, tokenizer)
  }
  return tokenizer
}

/** The same when it is loaded already: a hot path need not wait for a promise. */
export function loadedTokenizer(encoding: EncodingName): Tokenizer | undefined {
  return loaded.get(encoding)
}

function createTokenizer(vocabulary: Vocabulary): Tokenizer {
  const counts = new Map<string, number>()
  const textCounts = new Map<string, number>()

  function* countSteps(text: string): Generator<void, number> {
    let total = 0
    let pieces = 0
    for (const piece of piecesOf(vocabulary, text)) {
      const cached = counts.get(piece)
      total += cached ?? (yield* countPiece(piece))
      if (++pieces % 256 === 0) yield
    }
    return total
  }

  function* countPiece(piece: string): Generator<void, number> {
    if (piece.length > LONG_PIECE) yield
    const bytes = encoder.encode(piece)
    const whole = vocabulary.rankOf(bytes, 0, bytes.length) >= 0
    const count = whole ? 1 : (yield* mergePiece(vocabulary, bytes)).length
    if (piece.length <= CACHED_PIECE_LENGTH) {
      if (counts.size >= CACHED_PIECES) counts.clear()
      // A copy: the piece is a slice that would keep the whole text alive.
      counts.set(decoder.decode(bytes), count)
    }
    return count
  }

  function* splitSteps(text: string): Generator<void, TokenText[]> {
    const texts: TokenText[] = []
    for (const piece of piecesOf(vocabulary, text)) {
      if (piece.length > LONG_PIECE) yield
      const bytes = encoder.encode(piece)
      const whole = vocabulary.rankOf(bytes, 0, bytes.length) >= 0
      const ends = whole ? [bytes.length] : yield* mergePiece(vocabulary, bytes)
      let start = 0
      let tokens = 0
      for (const end of ends) {
        tokens++
        if (end < bytes.length && (bytes[end]! & 0xc0) === 0x80) continue // inside a character
        texts.push({ text: decoder.decode(bytes.subarray(start, end)), tokens })
        start = end
        tokens = 0
      }
      if (texts.length % 256 === 0) yield
    }
    return texts
  }

  function count(text: string): number {
    if (text.length > CACHED_TEXT_LENGTH) return finish(countSteps(text))
    let tokens = textCounts.get(text)
    if (tokens === undefined) {
      tokens = finish(countSteps(text))
      if (textCounts.size >= CACHED_TEXTS) textCounts.clear()
      textCounts.set(text, tokens)
    }
    return tokens
  }

  function countPieces(text: string, limit: number): { tokens: number; length: number } {
    let tokens = 0
    let length = 0
    for (const piece of piecesOf(vocabulary, text)) {
      if (length + piece.length > limit) break
      tokens += counts.get(piece) ?? finish(countPiece(piece))
      length += piece.length
    }
    return { tokens, length }
  }

  return {
    encoding: vocabulary.name,
    count,
    countInSlices: text => finishInSlices(countSteps(text)),
    split: text => finish(splitSteps(text)),
    splitInSlices: text => finishInSlices(splitSteps(text)),
    countPieces,
    decode: tokens =>
      decoder.decode(Buffer.concat(tokens.map(token => vocabulary.bytesOf(token) ?? NO_BYTES))),
  }
}

function* piecesOf({ pattern }: Vocabulary, text: string): Generator<string> {
  const regex = new RegExp(pattern) // lastIndex is this walk's own
  for (let match = regex.exec(text); match; match = regex.exec(text)) yield match[0]
}
