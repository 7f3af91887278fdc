/** Made-up runs on a machine with moods: each request is as slow as the last was, more or less, and stalls come in spells. */
import { createRandom, type Random } from '../../../../base/random.ts'
import type { Block } from '../../../../bench/compare/block.ts'
import { createBlock } from '../../../../bench/compare/block.ts'
import { createSeries } from '../../../../bench/compare/series.ts'
import { createValueCounts } from '../../../../bench/compare/value-counts.ts'
import type { Sample } from '../../../../bench/sample.ts'
import { sampleOf } from '../../../helpers/bench-sample.ts'

export interface Machine {
  /** What comes on top of the next request, ms. */
  nextMs(): number
}

/** An autoregressive mood of some 8 requests' memory, and now and then a stall that hits several in a row. */
export function noisyMachine(random: Random): Machine {
  let moodMs = 0
  let stallMs = 0
  return {
    nextMs() {
      moodMs = 0.88 * moodMs + 4 * random.normal()
      stallMs = random.next() < 0.002 ? 150 * random.next() : stallMs * 0.8
      return moodMs + stallMs
    },
  }
}

/** Lognormal around `medianMs`, spread by 0.25, plus the machine's mood. */
export function ttftOf(medianMs: number, random: Random, machine: Machine): number {
  return medianMs * Math.exp(0.25 * random.normal()) + machine.nextMs()
}

const empty = createBlock().times

/** Both sides by turns on one machine: `rounds` of `perTurn` requests each. */
export function turns(
  seed: string | number,
  {
    base,
    head,
    rounds = 12,
    perTurn = 50,
  }: { base: number; head: number; rounds?: number; perTurn?: number },
): { base: Block[]; head: Block[] } {
  const random = createRandom('turns', seed)
  const machine = noisyMachine(random.fork('machine'))
  const sides = { base: [] as Block[], head: [] as Block[] }
  const turn = (side: 'base' | 'head', medianMs: number) => {
    const ttft = createValueCounts()
    for (let i = 0; i < perTurn; i++) ttft.record(ttftOf(medianMs, random, machine))
    sides[side].push({ times: { ...empty, ttft }, requests: perTurn, errors: 0 })
  }
  for (let i = 0; i < rounds; i++) {
    const isBaseFirst = random.next() < 0.5
    if (isBaseFirst) turn('base', base)
    turn('head', head)
    if (!isBaseFirst) turn('base', base)
  }
  return sides
}

/** One run by itself, in stretches. */
export function stretches(
  seed: string | number,
  medianMs: number,
  requests: number,
): readonly Block[] {
  const random = createRandom('run', seed)
  const machine = noisyMachine(random.fork('machine'))
  const series = createSeries()
  for (let i = 0; i < requests; i++) {
    series.record(onlyTtft(ttftOf(medianMs, random, machine)))
  }
  return series.blocks()
}

/** Nothing else is looked at. */
function onlyTtft(ttftMs: number): Sample {
  const none = { ttfbMs: undefined, preludeMs: undefined, tpotMs: undefined, e2eMs: undefined }
  return sampleOf({ ...none, ttftMs, gapsMs: [] })
}
