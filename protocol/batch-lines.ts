/**
 * A batch's input: JSON lines of `{custom_id, method, url, body}`, read piece by piece, since a file of 200 MB
 * read at once would hold up every stream for seconds. Lines are kept as places in the file, not as objects.
 */
import { isObject } from './checks.ts'
import { jsonBounds, jsonExcess } from './json-bounds.ts'

/** What is wrong with an input, as `errors.data` of a batch tells it. */
export interface BatchFault {
  readonly code: string
  /** From 1; null: the whole file. */
  readonly line: number | null
  readonly message: string
  readonly param: string | null
}

export interface BatchLine {
  readonly customId: string
  readonly body: Readonly<Record<string, unknown>>
}

export interface BatchLines {
  /** Reads on for some `maxBytes`; false when all is read. */
  read(maxBytes: number): boolean
  /** At most 100. */
  readonly faults: readonly BatchFault[]
  /** How many requests there are. */
  readonly count: number
  /** Of the first request that names one. */
  readonly model: string | null
  /** A line that was read and found right, from 0; of a file without faults. */
  line(index: number): BatchLine
  /** The same line's id, which takes no reading. */
  customId(index: number): string
  /** Lets go of the file: no line can be had any more. */
  drop(): void
}

export interface BatchLinesTerms {
  /** The URL that every line must have. */
  readonly endpoint: string
  readonly maxLines: number
}

const MAX_FAULTS = 100
const TOO_MUCH = {
  levels: `This line is nested deeper than ${jsonBounds.maxLevels} levels.`,
  values: `This line has more than ${jsonBounds.maxValues} values.`,
}
const NEWLINE = 10

export function readBatchLines(input: Buffer, { endpoint, maxLines }: BatchLinesTerms): BatchLines {
  let file = input
  const starts: number[] = []
  const ends: number[] = []
  const customIds = new Set<string>()
  /** By line. */
  let ids: readonly string[] = []
  const faults: BatchFault[] = []
  let model: string | null = null
  let count = 0
  let place = 0
  let number = 0

  function addFault(code: string, message: string, param: string | null = null): void {
    if (faults.length < MAX_FAULTS) faults.push({ code, line: number, message, param })
  }

  function check(text: string): void {
    const excess = jsonExcess(text)
    if (excess) {
      addFault('invalid_json_line', TOO_MUCH[excess])
      return
    }
    const line = parse(text)
    if (!isObject(line)) {
      addFault('invalid_json_line', 'This line is not parseable as valid JSON.')
      return
    }
    const { custom_id: customId, method, url, body } = line
    for (const name of ['custom_id', 'method', 'url', 'body']) {
      if (line[name] == null) addMissing(name)
    }
    if (customId != null) checkCustomId(customId)
    if (method != null && method !== 'POST') {
      addFault(
        'invalid_method',
        `Invalid method: '${shown(method)}'. Only 'POST' is supported.`,
        'method',
      )
    }
    if (url != null && url !== endpoint) {
      const message = `The URL '${shown(url)}' provided for this request does not match the batch endpoint '${endpoint}'.`
      addFault('mismatched_endpoint', message, 'url')
    }
    if (body != null) checkBody(body)
  }

  function checkCustomId(customId: unknown): void {
    if (typeof customId !== 'string') {
      addFault('invalid_type', "Invalid type for 'custom_id': expected a string.", 'custom_id')
    } else if (customIds.has(customId)) {
      const message = `The custom_id '${shown(customId)}' for this request is a duplicate of another request. The custom_id parameter must be unique for each request in a batch.`
      addFault('duplicate_custom_id', message, 'custom_id')
    } else customIds.add(customId)
  }

  function checkBody(body: unknown): void {
    if (!isObject(body)) {
      addFault('invalid_type', "Invalid type for 'body': expected an object.", 'body')
      return
    }
    if (body.stream === true) {
      addFault('unsupported_parameter', 'Streaming is not supported in a batch.', 'body.stream')
    }
    if (typeof body.model !== 'string') return
    model ??= body.model
    if (body.model !== model) {
      const message = `The provided model '${shown(body.model)}' does not match the model '${shown(model)}' of the first request. All requests of a batch must use the same model.`
      addFault('mismatched_model', message, 'body.model')
    }
  }

  function addMissing(name: string): void {
    addFault('missing_required_parameter', `Missing required parameter: '${name}'.`, name)
  }

  function readLine(): void {
    const newline = file.indexOf(NEWLINE, place)
    const end = newline < 0 ? file.length : newline
    const text = file.toString('utf8', place, end)
    number++
    if (text.trim() !== '' && ++count <= maxLines) {
      starts.push(place)
      ends.push(end)
      check(text)
    }
    place = end + 1
  }

  function finish(): void {
    ids = [...customIds]
    customIds.clear()
    if (count === 0) {
      const message =
        'The batch input file is empty. Please ensure that the batch contains at least one request.'
      faults.push({ code: 'empty_file', line: null, message, param: null })
    } else if (count > maxLines) {
      const message = `The batch has ${count} requests, but ${maxLines} is the maximum.`
      faults.unshift({ code: 'too_many_requests', line: null, message, param: null })
    }
  }

  return {
    read(maxBytes) {
      const until = place + maxBytes
      while (place < until && place < file.length) readLine()
      if (place < file.length) return true
      finish()
      return false
    },
    get faults() {
      return faults
    },
    get count() {
      return count
    },
    get model() {
      return model
    },
    line(index) {
      const line = parse(file.toString('utf8', starts[index], ends[index]))
      const { custom_id: customId, body } = line as { custom_id: string; body: BatchLine['body'] }
      return { customId, body }
    },
    customId: index => ids[index]!,
    drop() {
      file = Buffer.alloc(0)
      ids = []
      starts.length = ends.length = 0
    },
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // `undefined` is no JSON: it stands for a line that is none either
  }
}

/** As much of a value as a message needs. */
function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > 64 ? `${text.slice(0, 61)}...` : text
}
