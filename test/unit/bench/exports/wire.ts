/** Reads back what the encoders wrote: snappy's literals, protobuf's fields. */

export function readSnappy(block: Buffer): Buffer {
  let { value: left, at } = readVarint(block, 0)
  const pieces: Buffer[] = []
  while (at < block.length) {
    const tag = block[at++]!
    if ((tag & 3) !== 0) throw new Error('a copy')
    const kind = tag >> 2
    const extra = kind < 60 ? 0 : kind - 59
    const size = (extra === 0 ? kind : block.readUIntLE(at, extra)) + 1
    at += extra
    pieces.push(block.subarray(at, at + size))
    at += size
    left -= size
  }
  if (left !== 0) throw new Error(`the length is off by ${left}`)
  return Buffer.concat(pieces)
}

export type Fields = ReadonlyMap<number, readonly (number | Buffer)[]>

export function readFields(bytes: Buffer): Fields {
  const fields = new Map<number, (number | Buffer)[]>()
  for (let at = 0; at < bytes.length; ) {
    const tag = readVarint(bytes, at)
    at = tag.at
    const [field, type] = [tag.value >>> 3, tag.value & 7]
    const values = fields.get(field) ?? []
    fields.set(field, values)
    if (type === 1) {
      values.push(bytes.readDoubleLE(at))
      at += 8
      continue
    }
    const read = readVarint(bytes, at)
    at = read.at
    if (type === 0) values.push(read.value)
    else {
      values.push(bytes.subarray(at, at + read.value))
      at += read.value
    }
  }
  return fields
}

export function readVarint(bytes: Buffer, from: number): { value: number; at: number } {
  let value = 0
  let at = from
  for (let factor = 1; ; factor *= 128) {
    const byte = bytes[at++]!
    value += (byte & 0x7f) * factor
    if (byte < 0x80) return { value, at }
  }
}
