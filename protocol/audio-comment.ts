/** A spoken text as a comment inside a sound file, found again by its mark whatever the container is. */

const MARK = 'tokadence-speech:'
const END = ';'
/** Comments stand at the start of a file; this is more than the longest of ours takes. */
const SEARCHED_BYTES = 65_536
/** Of a text in UTF-8; a longer one leaves no comment: the page of an Ogg stream ends at 65,025 bytes. */
const MAX_BYTES = 40_000

/** Plain ASCII. */
function commentOf(text: string): string {
  const bytes = Buffer.from(text)
  return bytes.length > MAX_BYTES ? '' : MARK + bytes.toString('base64url') + END
}

/** The text of a file's comment; undefined: it has none of ours. */
export function readComment(file: Buffer): string | undefined {
  const head = file.subarray(0, SEARCHED_BYTES)
  const start = head.indexOf(MARK)
  const end = start < 0 ? -1 : head.indexOf(END, start)
  if (end < 0) return undefined
  const text = head.toString('latin1', start + MARK.length, end)
  return Buffer.from(text, 'base64url').toString()
}

/** A block of Vorbis comments, which FLAC and Ogg have alike: who wrote it, and one comment. */
export function vorbisComment(text: string): Buffer {
  const field = (content: string) => Buffer.concat([uint32(content.length), Buffer.from(content)])
  return Buffer.concat([field('tokadence'), uint32(1), field(`COMMENT=${commentOf(text)}`)])
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

/** An ID3v2.4 tag with one comment, in Latin-1, in English, without a description. */
export function id3Comment(text: string): Buffer {
  const content = Buffer.from(`\0eng\0${commentOf(text)}`)
  const frame = [Buffer.from('COMM'), sevenBits(content.length), Buffer.alloc(2), content]
  const length = frame.reduce((sum, part) => sum + part.length, 0)
  return Buffer.concat([Buffer.from('ID3\u0004\0\0'), sevenBits(length), ...frame])
}

/** A length in four bytes of seven bits. */
function sevenBits(length: number): Buffer {
  return Buffer.from([21, 14, 7, 0].map(shift => (length >> shift) & 0x7f))
}
