/** The whole lines of a checkpoint, one by one, whatever the file's size. */
import { fstatSync, readSync } from 'node:fs'
import { parseJson } from './transport.ts'

export interface CheckpointLine {
  readonly json: unknown
  /** Where it begins, and its bytes without the line's end. */
  readonly at: number
  readonly length: number
  /** From 1. */
  readonly number: number
}

/** Longer ones are no lines of ours. */
const MAX_LINE_BYTES = 256 * 1024 * 1024
const READ_BYTES = 1 << 20

/**
 * Every line up to the first that is no JSON, if only the last is none: it was cut off. Of one further in,
 * `json` is undefined.
 */
export function* readLines(fd: number): Generator<CheckpointLine> {
  let number = 0
  let held: CheckpointLine | undefined
  for (const { bytes, at } of rawLines(fd)) {
    if (held) yield held
    const json = parseJson(bytes.toString())
    held = { json, at, length: bytes.length, number: ++number }
  }
  if (held?.json !== undefined) yield held
}

function* rawLines(fd: number): Generator<{ bytes: Buffer; at: number }> {
  const { size } = fstatSync(fd)
  const buffer = Buffer.alloc(Math.min(READ_BYTES, size))
  let parts: Buffer[] = []
  let partBytes = 0
  let at = 0
  for (let position = 0; position < size; ) {
    const count = readSync(fd, buffer, 0, buffer.length, position)
    if (count === 0) break
    position += count
    let start = 0
    for (;;) {
      const end = buffer.subarray(0, count).indexOf(10, start)
      const part = buffer.subarray(start, end < 0 ? count : end)
      if (part.length > 0) parts.push(Buffer.from(part))
      partBytes += part.length
      if (partBytes > MAX_LINE_BYTES) throw new RangeError(`A line at byte ${at} is too long.`)
      if (end < 0) break
      yield { bytes: Buffer.concat(parts), at }
      at += partBytes + 1
      parts = []
      partBytes = 0
      start = end + 1
    }
  }
  if (partBytes > 0) yield { bytes: Buffer.concat(parts), at }
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
