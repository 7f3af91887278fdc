/** A native histogram in protobuf: the same parts in a remote write and on a scraped page, under other numbers. */
import { type NativeBuckets, nativeSchema, zeroThreshold } from './native-buckets.ts'
import type { ProtobufWriter } from './protobuf.ts'

/** The numbers of the fields. */
export interface HistogramFields {
  readonly count: number
  readonly sum: number
  readonly schema: number
  readonly zeroThreshold: number
  readonly zeroCount: number
  readonly spans: number
  readonly deltas: number
}

const span = { offset: 1, length: 2 } as const

/** Spans by how far each begins from the end of the one before, counts by how they differ from the one before. */
export function writeBuckets(
  writer: ProtobufWriter,
  buckets: NativeBuckets,
  fields: HistogramFields,
): void {
  writer.integer(fields.count, buckets.count)
  writer.double(fields.sum, buckets.sum)
  writer.signed(fields.schema, nativeSchema)
  writer.double(fields.zeroThreshold, zeroThreshold)
  writer.integer(fields.zeroCount, buckets.zeroCount)
  const deltas: number[] = []
  let end = 0
  let before = 0
  for (const { from, counts } of buckets.spans()) {
    const offset = from - end
    end = from + counts.length
    writer.message(fields.spans, one => {
      one.signed(span.offset, offset)
      one.integer(span.length, counts.length)
    })
    for (const count of counts) {
      deltas.push(count - before)
      before = count
    }
  }
  writer.signedList(fields.deltas, deltas)
}
