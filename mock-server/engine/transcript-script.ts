/** A transcript as a stream: a delta for each token, with speakers an event for each segment, then the whole. */
import type { TranscriptionRequest } from '../../protocol/audio-transcription-request.ts'
import { segmentEvent, segmentId, usageOf } from '../../protocol/audio-transcription-response.ts'
import { done, framing, type Script, type ScriptEvent } from './script.ts'
import type { Heard } from './transcript.ts'

export function transcriptScript(
  heard: Heard,
  { model, format, logprobs }: Pick<TranscriptionRequest, 'model' | 'format' | 'logprobs'>,
  dueMs: readonly number[],
): Script {
  const { said, text, tokens, segments } = heard
  const withSpeakers = format === 'diarized_json'
  /** Characters said so far, and the segment that they are in. */
  let length = 0
  let segment = 0
  const ends = withSpeakers ? endsOf(heard) : []

  function deltaAt(step: number): ScriptEvent {
    const token = said.tokens[step]!
    const delta = {
      type: 'transcript.text.delta',
      delta: token.text,
      ...(logprobs ? { logprobs: [tokens[step]] } : {}),
      ...(withSpeakers ? { segment_id: segmentId(segment) } : {}),
    }
    return { data: JSON.stringify(delta), tokens: token.tokens }
  }

  function* eventsAt(step: number): Generator<ScriptEvent> {
    const token = said.tokens[step]
    if (token) {
      yield deltaAt(step)
      length += token.text.length
    }
    while (segment < ends.length && ends[segment]! <= length) {
      yield framing(JSON.stringify(segmentEvent(segments[segment]!, segment)))
      segment++
    }
    if (step < dueMs.length - 1) return
    const usage = usageOf(heard, model)
    const whole = {
      type: 'transcript.text.done',
      text,
      ...(logprobs ? { logprobs: tokens } : {}),
      usage,
    }
    yield framing(JSON.stringify(whole))
    yield done
  }

  return { dueMs, at: step => [...eventsAt(step)] }
}

/** Where each segment ends, in characters of the text: behind its last word. */
function endsOf({ text, segments }: Heard): number[] {
  let place = 0
  return segments.map(segment => {
    for (const word of segment.text.split(' ')) place = text.indexOf(word, place) + word.length
    return place
  })
}
