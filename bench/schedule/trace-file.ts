/** A trace's file, CSV or a JSON object a line; a bad line is refused with its place. */
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { OptionError } from '../../base/option-error.ts'
import {
  readTraceRow,
  type TraceKind,
  type TraceRow,
  traceKindOf,
  traceSyntax,
} from './trace-columns.ts'

export interface Trace {
  readonly kind: TraceKind
  /** In order of time, and none of them later than was asked for. */
  readonly rows: readonly TraceRow[]
}

type Fields = Readonly<Record<string, unknown>>
/** Fields of a line, or what is wrong with it. */
type Split = (line: string) => Fields | string

/** Some 200 bytes each are held; a longer trace is replayed in parts, by `--duration`. */
const maxRows = 2_000_000

/** Reads the rows of the first `withinMs` of trace time. Throws OptionError with file and line. */
export async function readTrace(path: string, withinMs = Infinity): Promise<Trace> {
  const input = createReadStream(path)
  const lines = createInterface({ input, crlfDelay: Infinity })
  try {
    return await readRows(path, lines, withinMs)
  } catch (cause) {
    if (cause instanceof OptionError) throw cause
    const { code, message } = cause as NodeJS.ErrnoException
    throw new OptionError('trace', path, `the file cannot be read (${code ?? message})`, { cause })
  } finally {
    lines.close()
    input.destroy()
  }
}

async function readRows(
  path: string,
  lines: AsyncIterable<string>,
  withinMs: number,
): Promise<Trace> {
  const rows: TraceRow[] = []
  let split: Split | undefined
  let kind: TraceKind | undefined
  let place = 0
  const refuse = (fault: string): never => {
    throw new OptionError('trace', undefined, `${path}:${place}: ${fault}`)
  }
  for await (const raw of lines) {
    place++
    const line = place === 1 ? raw.replace(/^\uFEFF/, '') : raw
    if (line.trim() === '') continue
    if (!split) {
      split = line.startsWith('{') ? splitJson : splitColumns(cellsOf(line))
      kind = traceKindOf(line.startsWith('{') ? Object.keys(splitJson(line)) : cellsOf(line))
      if (!kind) return refuse(traceSyntax)
      if (split !== splitJson) continue
    }
    const fields = split(line)
    const row = typeof fields === 'string' ? fields : readTraceRow(kind!, fields)
    if (typeof row === 'string') return refuse(row)
    const last = rows.at(-1)
    if (last && row.timeMs < last.timeMs) {
      return refuse('its time is before that of the row above; sort the file by time')
    }
    if (row.timeMs - (rows[0] ?? row).timeMs > withinMs) break
    if (rows.length === maxRows) {
      return refuse(`more than ${maxRows} rows; cut the file, or say how much of it by --duration`)
    }
    rows.push(row)
  }
  if (!kind || rows.length === 0) throw new OptionError('trace', path, 'the file has no rows')
  return { kind, rows }
}

function splitJson(line: string): Fields | string {
  try {
    const fields: unknown = JSON.parse(line)
    return typeof fields === 'object' && fields !== null ? (fields as Fields) : 'not a JSON object'
  } catch (cause) {
    return `not a JSON object: ${(cause as Error).message}`
  }
}

function splitColumns(names: readonly string[]): Split {
  return line => {
    const cells = cellsOf(line)
    if (cells.length !== names.length) {
      return `${cells.length} columns where the header has ${names.length}`
    }
    return Object.fromEntries(names.map((name, i) => [name, cells[i]]))
  }
}

/** No trace that is known has a comma inside a cell. */
function cellsOf(line: string): string[] {
  return line.split(',').map(cell => cell.trim().replace(/^"(.*)"$/, '$1'))
}
