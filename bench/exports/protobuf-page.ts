/**
 * The metrics page in Prometheus' protobuf format, the only one that has native histograms: families of
 * io.prometheus.client one after the other, each after its length.
 */
import type { Family, Labels, Series } from '../../base/instruments.ts'
import type { NativeHistogram } from './native-metrics.ts'
import { writeBuckets } from './native-wire.ts'
import { createProtobufWriter, type ProtobufWriter } from './protobuf.ts'

const mediaType = 'application/vnd.google.protobuf'
export const protobufContentType = `${mediaType}; proto=io.prometheus.client.MetricFamily; encoding=delimited`

/** Whether the page may be protobuf, by the request's `Accept`. */
export function takesProtobuf(accept: string | undefined): boolean {
  return accept?.includes(mediaType) ?? false
}

/** The numbers of the fields, by their names in metrics.proto. */
const family = { name: 1, help: 2, type: 3, metric: 4 } as const
const types = { counter: 0, gauge: 1, histogram: 4 } as const
const metric = { label: 1, gauge: 2, counter: 3, histogram: 7 } as const
const label = { name: 1, value: 2 } as const
const histogram = {
  count: 1,
  sum: 2,
  bucket: 3,
  schema: 5,
  zeroThreshold: 6,
  zeroCount: 7,
  spans: 12,
  deltas: 13,
} as const
const bucket = { count: 1, upperBound: 2 } as const

/** `natives` with the name of a family are in it, beside its fixed buckets. */
export function encodePage(
  families: readonly Family[],
  natives: readonly NativeHistogram[],
): Buffer {
  const page = createProtobufWriter()
  for (const one of families) {
    const native = natives.find(({ name }) => name === one.name)
    page.delimited(writer => {
      writer.text(family.name, one.name)
      writer.text(family.help, one.help)
      writer.integer(family.type, types[one.type])
      if (one.type === 'histogram') writeHistograms(writer, one, native)
      else for (const series of one.series) writeNumber(writer, series, metric[one.type])
    })
  }
  return page.finish()
}

function writeNumber(writer: ProtobufWriter, { labels, value }: Series, field: number): void {
  writer.message(family.metric, inner => {
    writeLabels(inner, labels)
    inner.message(field, number => number.double(1, value))
  })
}

/** The series of one histogram follow each other: its buckets, then its sum, then its count. */
function writeHistograms(
  writer: ProtobufWriter,
  { name, series }: Family,
  native: NativeHistogram | undefined,
): void {
  let buckets: Series[] = []
  let sum = 0
  for (const one of series) {
    if (one.name === `${name}_bucket`) buckets.push(one)
    else if (one.name === `${name}_sum`) sum = one.value
    else {
      const [count, fixed] = [one.value, buckets]
      writer.message(family.metric, inner => {
        writeLabels(inner, one.labels)
        inner.message(metric.histogram, parts => {
          if (native) writeBuckets(parts, native.buckets, histogram)
          else {
            parts.integer(histogram.count, count)
            parts.double(histogram.sum, sum)
          }
          writeFixed(parts, fixed)
        })
      })
      buckets = []
    }
  }
}

function writeFixed(writer: ProtobufWriter, buckets: readonly Series[]): void {
  for (const { labels, value } of buckets) {
    writer.message(histogram.bucket, inner => {
      inner.integer(bucket.count, value)
      inner.double(bucket.upperBound, Number(labels.le?.replace('+Inf', 'Infinity')))
    })
  }
}

function writeLabels(writer: ProtobufWriter, labels: Labels): void {
  for (const [name, value] of Object.entries(labels)) {
    if (value === '') continue
    writer.message(metric.label, inner => {
      inner.text(label.name, name)
      inner.text(label.value, value)
    })
  }
}
