/** Files of prompts, line by line or whole, none of them longer than a bound. */
import { createReadStream } from 'node:fs'
import { StringDecoder } from 'node:string_decoder'
import { OptionError } from '../../base/option-error.ts'

/** What is read as text; a file of it is a stream of bytes. */
export type Bytes = AsyncIterable<Uint8Array | string>

export interface FileReading {
  /** The option that named the file. */
  readonly option: string
  /** Its path; `-`: standard input. */
  readonly path: string
  readonly stdin: Bytes
}

export interface Line {
  readonly text: string
  /** `prompts.jsonl:12` */
  readonly place: string
}

/** One line, or one file that is a prompt. */
const maxLength = 16 * 2 ** 20

/** Lines without their ends, empty ones left out. Throws OptionError for what cannot be read or has no bounds. */
export async function* readLines(reading: FileReading): AsyncGenerator<Line> {
  const shown = nameOf(reading)
  let rest = ''
  let number = 0
  const lineOf = (text: string): Line | undefined => {
    number++
    const whole = text.endsWith('\r') ? text.slice(0, -1) : text
    const words = number === 1 ? whole.replace(/^\ufeff/, '') : whole
    return words.trim() === '' ? undefined : { text: words, place: `${shown}:${number}` }
  }
  for await (const piece of readPieces(reading)) {
    const [first = '', ...lines] = piece.split('\n')
    rest += first
    for (const next of lines) {
      const line = lineOf(rest)
      if (line) yield line
      rest = next
    }
    if (rest.length > maxLength) throw tooLong(reading, `${shown}:${number + 1}`)
  }
  const last = lineOf(rest)
  if (last) yield last
}

/** All of a file. Throws OptionError for what cannot be read, is empty or has no bounds. */
export async function readText(reading: FileReading): Promise<string> {
  let text = ''
  for await (const piece of readPieces(reading)) {
    text += piece
    if (text.length > maxLength) throw tooLong(reading, nameOf(reading))
  }
  const words = text.replace(/^\ufeff/, '').trimEnd()
  if (words === '') throw new OptionError(reading.option, reading.path, 'the file is empty')
  return words
}

async function* readPieces({ option, path, stdin }: FileReading): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8')
  try {
    for await (const piece of path === '-' ? stdin : createReadStream(path)) {
      yield typeof piece === 'string' ? piece : decoder.write(Buffer.from(piece))
    }
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code === undefined) throw cause
    throw new OptionError(option, path, `the file cannot be read (${code})`, { cause })
  }
  yield decoder.end()
}

function nameOf({ path }: FileReading): string {
  return path === '-' ? 'standard input' : path
}

function tooLong({ option, path }: FileReading, origin: string): OptionError {
  const allowed = `a line, or a file that is one prompt, may have ${maxLength} characters`
  return new OptionError(option, path, allowed, { origin })
}
