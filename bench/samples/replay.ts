/** A run's summary made again from its events, by the same code that made it while it lasted. */
import { createRandom } from '../../base/random.ts'
import { createTurnTimes } from '../against/turn-times.ts'
import { unknownHealth } from '../generator.ts'
import { measuredOf } from '../measured.ts'
import { endedAtMs } from '../microseconds.ts'
import { createRecorder, type Recorder } from '../recorder.ts'
import { type Summary, summarise } from '../summary.ts'
import { judge, parseThreshold } from '../threshold.ts'
import type { RunEvent, Setting } from './event.ts'
import type { Torn } from './read.ts'

/** The draws of a run's recorder. */
export const recorderRandom = (seed: string) => createRandom(seed).fork('dots')

/** `onEvent` gets each event, too. The first must be of type `run`. */
export async function replay(
  events: AsyncIterable<RunEvent | Torn>,
  onEvent: (event: RunEvent) => unknown = () => {},
): Promise<Summary> {
  let setting: Setting | undefined
  let recorder: Recorder | undefined
  let lastAtMs = 0
  let end: (RunEvent & { readonly type: 'end' }) | undefined
  let isFinished = false
  const turns = createTurnTimes()
  for await (const event of events) {
    if (event.type === 'torn') continue
    await onEvent(event)
    turns.take(event)
    if (event.type === 'run') {
      setting = event.setting
      recorder = createRecorder(
        recorderRandom(setting.load.seed),
        setting.slo.flatMap(text => parseThreshold(text) ?? []),
      )
    }
    if (!setting || !recorder) throw new Error('The first event of a run must be of type run.')
    switch (event.type) {
      case 'begin':
        recorder.begin(event.atMs)
        setting = { ...setting, run: { ...setting.run, startedAt: event.startedAt } }
        lastAtMs = event.atMs
        break
      case 'sample':
        take(recorder, event)
        lastAtMs = Math.max(lastAtMs, endedAtMs(event.sample))
        break
      case 'dropped':
        recorder.dropped(event.dueAtMs)
        break
      case 'finish':
        recorder.finish(event.atMs)
        isFinished = true
        lastAtMs = event.atMs
        break
      case 'end':
        end = event
    }
  }
  if (!setting || !recorder) throw new Error('There is no event.')
  // It was killed: the window ends with the last that was written.
  if (!isFinished) recorder.finish(lastAtMs)
  const soFarMs = turns.count > 0 ? turns.lengthMs(lastAtMs) : recorder.windowMs(lastAtMs)
  const windowMs = end?.windowMs ?? soFarMs
  return summed(recorder, windowMs, end ? told(end, recorder) : killed(setting))
}

function take(recorder: Recorder, { sample }: RunEvent & { readonly type: 'sample' }): void {
  recorder.sent(sample.dueAtMs ?? sample.sentAtMs)
  recorder.settled(sample)
}

/** The summary of what a finished recorder holds; `windowMs`: without the pauses between turns. */
export function summed(recorder: Recorder, windowMs: number, setting: Setting): Summary {
  const { limits, strictSamples, ...context } = setting
  const measured = measuredOf(recorder, windowMs)
  const verdicts = limits
    .flatMap(text => parseThreshold(text) ?? [])
    .map(threshold => judge(threshold, measured, { strictSamples }))
  const spanMs = recorder.windowMs(Number.POSITIVE_INFINITY)
  return summarise({ ...context, recorder, measured, windowMs, spanMs, verdicts })
}

/** As it was at the end, and what of it is not in the file. */
function told(
  { setting, counts, lost }: RunEvent & { readonly type: 'end' },
  recorder: Recorder,
): Setting {
  const found = recorder.counts()
  const missing = counts.sent - found.sent
  if (lost === 0 && missing === 0) return setting
  const warning = `The samples file is not whole: ${found.sent} of ${counts.sent} measured requests are in it, ${lost} lines could not be written. These numbers are those of what is there.`
  return { ...setting, warnings: [warning, ...setting.warnings] }
}

function killed(setting: Setting): Setting {
  return {
    ...setting,
    run: { ...setting.run, interrupted: true },
    generator: unknownHealth,
    warnings: [
      'The samples file has no end: the run was killed. What was in flight then is in no number, and nothing is known of the generator.',
      ...setting.warnings,
    ],
  }
}
