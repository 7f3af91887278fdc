/** The library: a mock server, a client and a bench, each behind one function. */
export type { Clock } from './base/clock.ts'
export { createManualClock, type ManualClock } from './base/manual-clock.ts'
export { OptionError } from './base/option-error.ts'
export { createRandom, type Random } from './base/random.ts'
export {
  type BenchContext,
  type BenchOptions,
  type Outcome as BenchOutcome,
  type Progress as BenchProgress,
  runBench,
  type Sample,
  type ScriptContext as BenchScriptContext,
  type ScriptRequest as BenchScriptRequest,
  type Slot,
  type Stats,
  type Summary,
  TargetUnreachable,
  type Verdict,
} from './bench/index.ts'
export * from './client/index.ts'
export * from './mock-server/index.ts'
