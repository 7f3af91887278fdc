/**
 * Counters, gauges and histograms that cost some 25 ns to touch, shown through prom-client.
 *
 * prom-client is loaded at the first exposition (55 ms that no start-up pays). Its own `observe` and
 * labelled `inc` take 0.1 to 0.4 µs, and a token touches three instruments of the ten µs it may take.
 */
import type { Registry } from 'prom-client'
import { Buckets } from './buckets.ts'

export type Labels = Readonly<Record<string, string>>

export interface Counter {
  /** Adds `amount` (default 1) to the series of these label values, in the order of the label names. */
  add(amount?: number, ...labelValues: string[]): void
  value(...labelValues: string[]): number
  /** The one series of these label values, for a hot path: no look-up. */
  series(...labelValues: string[]): { value: number }
}

export interface Gauge {
  set(value: number, ...labelValues: string[]): void
}

export interface Definition {
  /** Full Prometheus name, with unit and, for counters, `_total`. */
  readonly name: string
  readonly help: string
  /** Label names: small closed sets, never a key, URL, prompt or request id. */
  readonly labels?: readonly string[]
}

export interface Instruments {
  counter(definition: Definition): Counter
  gauge(definition: Definition): Gauge
  /** A gauge that is read when it is shown. */
  reading(definition: Definition, read: () => number): void
  /** The same with labels: a value and its label values for each series. */
  readings(definition: Definition, read: () => Iterable<Reading>): void
  /** Upper edges in the unit of the name (seconds). */
  histogram(definition: Definition & { edges: readonly number[] }): Buckets
  /** The same with labels: one histogram for each combination of label values that is asked for. */
  histograms(
    definition: Definition & { edges: readonly number[] },
  ): (...labelValues: string[]) => Buckets
  readonly definitions: readonly (Definition & { readonly type: Type })[]
  /** Every metric with its series as they stand, by the names that Prometheus has for them. */
  families(): readonly Family[]
  /** A prom-client registry of them all, for exposition and for a Pushgateway. */
  registry(): Promise<Registry>
}

export interface Family {
  readonly name: string
  readonly help: string
  readonly type: Type
  readonly series: readonly Series[]
}

export interface Series {
  readonly name: string
  readonly labels: Labels
  readonly value: number
}

export type Reading = readonly [value: number, ...labelValues: string[]]

type Type = 'counter' | 'gauge' | 'histogram'

interface Sample {
  readonly value: number
  readonly labels: Labels
  readonly metricName?: string
}

/** `shared` labels stand on every series. */
export function createInstruments(shared: Labels = {}): Instruments {
  const definitions: (Definition & { type: Type; samples: () => Sample[] })[] = []
  let registry: Promise<Registry> | undefined

  function define(type: Type, definition: Definition, samples: () => Sample[]): void {
    if (definitions.some(({ name }) => name === definition.name)) {
      throw new Error(`The instrument ${definition.name} is defined twice.`)
    }
    definitions.push({ ...definition, type, samples })
    registry = undefined
  }

  function labelsOf(labelNames: readonly string[], labelValues: readonly string[]): Labels {
    const labels = labelNames.map((name, i) => [name, labelValues[i] ?? ''] as const)
    return { ...Object.fromEntries(labels), ...shared }
  }

  /** One number per combination of label values; without labels the series exists from the start. */
  function series(labelNames: readonly string[] = []) {
    const values = new Map<string, { value: number; labels: Labels }>()
    function at(labelValues: readonly string[]) {
      const key = labelValues.length === 1 ? labelValues[0]! : labelValues.join('\u001f')
      let entry = values.get(key)
      if (!entry) {
        entry = { value: 0, labels: labelsOf(labelNames, labelValues) }
        values.set(key, entry)
      }
      return entry
    }
    if (labelNames.length === 0) at([])
    return { at, samples: () => [...values.values()].map(entry => ({ ...entry })) }
  }

  return {
    definitions,

    families: () =>
      definitions.map(({ name, help, type, samples }) => ({
        name,
        help,
        type,
        series: samples().map(({ metricName = name, labels, value }) => ({
          name: metricName,
          labels,
          value,
        })),
      })),

    counter(definition) {
      const { at, samples } = series(definition.labels)
      define('counter', definition, samples)
      return {
        add(amount = 1, ...labelValues) {
          at(labelValues).value += amount
        },
        value: (...labelValues) => at(labelValues).value,
        series: (...labelValues) => at(labelValues),
      }
    },

    gauge(definition) {
      const { at, samples } = series(definition.labels)
      define('gauge', definition, samples)
      return {
        set(value, ...labelValues) {
          at(labelValues).value = value
        },
      }
    },

    reading(definition, read) {
      define('gauge', definition, () => [{ value: read(), labels: shared }])
    },

    readings(definition, read) {
      const { labels = [] } = definition
      define('gauge', definition, () =>
        Array.from(read(), ([value, ...labelValues]) => ({
          value,
          labels: labelsOf(labels, labelValues),
        })),
      )
    },

    histograms({ edges, ...definition }) {
      const { name, labels = [] } = definition
      const all = new Map<string, { buckets: Buckets; labels: Labels }>()
      define('histogram', definition, () =>
        [...all.values()].flatMap(one => bucketSamples(name, one.buckets, one.labels)),
      )
      return (...labelValues) => {
        const key = labelValues.join('\u001f')
        let one = all.get(key)
        if (!one) {
          one = { buckets: new Buckets(edges), labels: labelsOf(labels, labelValues) }
          all.set(key, one)
        }
        return one.buckets
      }
    },

    histogram({ edges, ...definition }) {
      const buckets = new Buckets(edges)
      define('histogram', definition, () => bucketSamples(definition.name, buckets, shared))
      return buckets
    },

    registry() {
      registry ??= registryOf(definitions)
      return registry
    },
  }
}

/** A metric whose samples are looked up when it is shown. */
interface Shown extends Definition {
  readonly type: Type
  samples(): readonly Sample[]
}

/** A prom-client registry of these metrics. */
export async function registryOf(metrics: readonly Shown[]): Promise<Registry> {
  const { default: client } = await import('prom-client')
  const built = new client.Registry()
  for (const { name, help, type, samples } of metrics) {
    const metric = {
      name,
      help,
      type,
      get: async () => ({ name, help, type, values: samples() }),
    }
    // The registry needs no more of a metric than this; its declared type is that of its own classes.
    built.registerMetric(metric as unknown as Parameters<Registry['registerMetric']>[0])
  }
  return built
}

/** Prometheus' form: cumulative counts by `le`, then the sum and the count. */
function bucketSamples(name: string, { edges, counts, sum, count }: Buckets, labels: Labels) {
  const samples: Sample[] = []
  let cumulative = 0
  for (const [i, edge] of edges.entries()) {
    cumulative += counts[i]!
    samples.push({
      value: cumulative,
      labels: { ...labels, le: String(edge) },
      metricName: `${name}_bucket`,
    })
  }
  samples.push({ value: count, labels: { ...labels, le: '+Inf' }, metricName: `${name}_bucket` })
  samples.push({ value: sum, labels, metricName: `${name}_sum` })
  samples.push({ value: count, labels, metricName: `${name}_count` })
  return samples
}
