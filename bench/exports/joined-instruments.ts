/** Instruments of several that are shown as one: each metric with the series of all of them, told apart by a label. */
import { type Family, type Instruments, registryOf } from '../../base/instruments.ts'

/** What is shown of instruments. */
export type Shown = Pick<Instruments, 'families' | 'registry'>

/** They have the same metrics, and shared labels in which they differ. */
export function joinInstruments(all: readonly Shown[]): Shown {
  function families(): readonly Family[] {
    const each = all.map(one => one.families())
    return (each[0] ?? []).map(family => {
      const same = each.flatMap(own => own.filter(({ name }) => name === family.name))
      return { ...family, series: same.flatMap(({ series }) => series) }
    })
  }
  function samplesOf(metric: string) {
    const series = families().find(({ name }) => name === metric)?.series ?? []
    return series.map(({ name, labels, value }) => ({ metricName: name, labels, value }))
  }
  return {
    families,
    registry: () =>
      registryOf(families().map(family => ({ ...family, samples: () => samplesOf(family.name) }))),
  }
}
