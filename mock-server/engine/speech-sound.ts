/** A text's speech as the bytes of a file, part by part: half a second of sound in each. */
import { createRandom, type Random } from '../../base/random.ts'
import { soundFormats } from '../../protocol/audio-formats.ts'
import type { SpeechRequest } from '../../protocol/audio-speech-request.ts'
import { sampleRate, writeSamples } from '../../protocol/audio-writer.ts'
import { done, framing, type Script } from './script.ts'
import { createHum, stretch, timeWords } from './speech.ts'

const PART_SAMPLES = 3 * writeSamples
/** Models count the sound that they make in tokens of a twentieth of a second. */
const TOKENS_A_SECOND = 20

export interface SpeechSound {
  readonly contentType: string
  /** At least one. */
  readonly parts: number
  readonly outputTokens: number
  /** Asked for once for each part, in order. */
  at(part: number): SoundPart
}

export interface SoundPart {
  readonly bytes: Buffer
  readonly tokens: number
}

export function speak(
  { input, voice, speed, format }: Pick<SpeechRequest, 'input' | 'voice' | 'speed' | 'format'>,
  random: Random,
): SpeechSound {
  const natural = timeWords(input)
  const timing = stretch(natural, natural.seconds / speed)
  const samples = Math.round(timing.seconds * sampleRate)
  const { contentType, open } = soundFormats[format]
  const writer = open({ samples, text: input })
  const hum = createHum(timing, { random, pitchHz: pitchOf(voice), rate: sampleRate })
  const tokensUpTo = (sample: number) => Math.ceil((sample / sampleRate) * TOKENS_A_SECOND)

  return {
    contentType,
    parts: Math.ceil(samples / PART_SAMPLES),
    outputTokens: tokensUpTo(samples),
    at(part) {
      const start = part * PART_SAMPLES
      const end = Math.min(samples, start + PART_SAMPLES)
      const before = part === 0 ? [writer.start()] : []
      const bytes = Buffer.concat([...before, writer.write(hum(end - start))])
      return { bytes, tokens: tokensUpTo(end) - tokensUpTo(start) }
    },
  }
}

/** From a low voice to a high one: always the same for a name. */
function pitchOf(voice: string): number {
  return 95 + createRandom('voice', voice).next() * 130
}

/** The same as a stream of events. */
export function speechScript(
  sound: SpeechSound,
  inputTokens: number,
  dueMs: readonly number[],
): Script {
  const { parts, outputTokens } = sound
  return {
    dueMs,
    at(step) {
      const { bytes, tokens } = sound.at(step)
      const audio = bytes.toString('base64')
      const delta = { data: JSON.stringify({ type: 'speech.audio.delta', audio }), tokens }
      if (step < parts - 1) return [delta]
      const usage = {
        input_tokens: inputTokens,
        output_tokens: outputTokens,
        total_tokens: inputTokens + outputTokens,
      }
      return [delta, framing(JSON.stringify({ type: 'speech.audio.done', usage })), done]
    },
  }
}
