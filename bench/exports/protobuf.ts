/** Protobuf's wire format, as much of it as metrics need: fields one after the other into a buffer that grows. */

export interface ProtobufWriter {
  /** int64, uint64, uint32, enum: whole, not negative, up to 2^53. */
  integer(field: number, value: number): void
  /** sint32, sint64. */
  signed(field: number, value: number): void
  double(field: number, value: number): void
  text(field: number, value: string): void
  bytes(field: number, value: Uint8Array): void
  message(field: number, write: (inner: ProtobufWriter) => void): void
  /** A message without a field, after its length. */
  delimited(write: (inner: ProtobufWriter) => void): void
  /** Packed sint64. */
  signedList(field: number, values: readonly number[]): void
  finish(): Buffer
}

const wire = { varint: 0, fixed64: 1, delimited: 2 } as const

export function createProtobufWriter(): ProtobufWriter {
  let buffer = Buffer.allocUnsafe(256)
  let length = 0

  function reserve(more: number): void {
    if (length + more <= buffer.length) return
    const larger = Buffer.allocUnsafe(Math.max(buffer.length * 2, length + more))
    buffer.copy(larger, 0, 0, length)
    buffer = larger
  }
  function varint(value: number): void {
    reserve(10)
    let left = value
    for (; left > 0x7f; left = Math.floor(left / 128)) buffer[length++] = (left % 128) | 0x80
    buffer[length++] = left
  }
  function append(value: Uint8Array): void {
    varint(value.length)
    reserve(value.length)
    buffer.set(value, length)
    length += value.length
  }
  function tag(field: number, type: number): void {
    varint(field * 8 + type)
  }

  const writer: ProtobufWriter = {
    integer(field, value) {
      tag(field, wire.varint)
      varint(value)
    },
    signed(field, value) {
      tag(field, wire.varint)
      varint(zigzag(value))
    },
    double(field, value) {
      tag(field, wire.fixed64)
      reserve(8)
      length = buffer.writeDoubleLE(value, length)
    },
    text(field, value) {
      writer.bytes(field, Buffer.from(value, 'utf8'))
    },
    bytes(field, value) {
      tag(field, wire.delimited)
      append(value)
    },
    delimited(write) {
      const inner = createProtobufWriter()
      write(inner)
      append(inner.finish())
    },
    message(field, write) {
      const inner = createProtobufWriter()
      write(inner)
      writer.bytes(field, inner.finish())
    },
    signedList(field, values) {
      const size = values.reduce((sum, value) => sum + varintSize(zigzag(value)), 0)
      tag(field, wire.delimited)
      varint(size)
      for (const value of values) varint(zigzag(value))
    },
    finish: () => buffer.subarray(0, length),
  }
  return writer
}

/** Small numbers of either sign to small numbers: 0, -1, 1, -2 to 0, 1, 2, 3. */
function zigzag(value: number): number {
  return value < 0 ? -value * 2 - 1 : value * 2
}

function varintSize(value: number): number {
  let size = 1
  for (let left = value; left > 0x7f; left = Math.floor(left / 128)) size++
  return size
}
