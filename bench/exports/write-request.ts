/** Series as the body of a remote write 1.0: https://prometheus.io/docs/specs/prw/remote_write_spec/ */
import type { Family, Labels } from '../../base/instruments.ts'
import type { NativeHistogram } from './native-metrics.ts'
import { writeBuckets } from './native-wire.ts'
import { createProtobufWriter, type ProtobufWriter } from './protobuf.ts'

/** The numbers of the fields, by their names in prompb. */
const writeRequest = { timeseries: 1, metadata: 3 } as const
const timeSeries = { labels: 1, samples: 2, histograms: 4 } as const
const label = { name: 1, value: 2 } as const
const sample = { value: 1, timestamp: 2 } as const
const histogram = {
  count: 1,
  sum: 3,
  schema: 4,
  zeroThreshold: 5,
  zeroCount: 6,
  spans: 11,
  deltas: 12,
  timestamp: 15,
} as const
const metadata = { type: 1, name: 2, help: 4 } as const
const types = { counter: 1, gauge: 2, histogram: 3 } as const

export interface Written {
  readonly families: readonly Family[]
  readonly histograms: readonly NativeHistogram[]
  /** On every series. */
  readonly shared: Labels
  /** Whether the kind and help of each metric is told, too. */
  readonly tellsKinds: boolean
  readonly wallMs: number
}

export function encodeWriteRequest(written: Written): Buffer {
  const { families, histograms, shared, tellsKinds, wallMs } = written
  const timestamp = Math.round(wallMs)
  const writer = createProtobufWriter()
  for (const { name, labels, value } of families.flatMap(({ series }) => series)) {
    writer.message(writeRequest.timeseries, inner => {
      writeLabels(inner, { ...shared, ...labels, __name__: name })
      inner.message(timeSeries.samples, one => {
        one.double(sample.value, value)
        one.integer(sample.timestamp, timestamp)
      })
    })
  }
  for (const { name, labels, buckets } of histograms) {
    writer.message(writeRequest.timeseries, inner => {
      writeLabels(inner, { ...shared, ...labels, __name__: name })
      inner.message(timeSeries.histograms, one => {
        writeBuckets(one, buckets, histogram)
        one.integer(histogram.timestamp, timestamp)
      })
    })
  }
  for (const { name, type, help } of tellsKinds ? families : []) {
    writer.message(writeRequest.metadata, inner => {
      inner.integer(metadata.type, types[type])
      inner.text(metadata.name, name)
      inner.text(metadata.help, help)
    })
  }
  return writer.finish()
}

/** In the order of their names; one without a value is none. */
function writeLabels(writer: ProtobufWriter, labels: Labels): void {
  for (const name of Object.keys(labels).sort()) {
    const value = labels[name]
    if (!value) continue
    writer.message(timeSeries.labels, inner => {
      inner.text(label.name, name)
      inner.text(label.value, value)
    })
  }
}
