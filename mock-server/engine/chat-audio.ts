/** The text of a chat's answer, spoken: whole, and in pieces as its transcript goes on. */
import type { Random } from '../../base/random.ts'
import type { AskedVoice } from '../../protocol/chat-request.ts'
import { hexadecimal } from '../../protocol/ids.ts'
import { type Said, textOf } from './said.ts'
import { timeWords } from './speech.ts'
import { type SpeechSound, speak } from './speech-sound.ts'

export interface ChatAudio {
  readonly id: string
  /** Seconds since the epoch, when the sound can no longer be referred to. */
  readonly expiresAt: number
  readonly transcript: string
  readonly audioTokens: number
  /** The whole file, in base64. */
  data(): string
}

/** Pieces in base64, each as long as may be said in a tenth of a second. */
export interface ChatAudioStream extends ChatAudio {
  /** What belongs to the transcript up to its `length`th character; asked for once for each, ascending. */
  piecesTo(length: number): readonly string[]
}

/** More is said faster. */
const MAX_SECONDS = 120
const KEPT_S = 3600
/** 16 bits, 24,000 a second: even, and divisible by three for base64. */
const PIECE_BYTES = 4800

/** `created`: seconds since the epoch. */
export function speakReply(
  said: Said,
  { voice, format }: AskedVoice,
  { random, created }: { random: Random; created: number },
): ChatAudioStream {
  const transcript = textOf(said)
  const speed = Math.max(1, timeWords(transcript).seconds / MAX_SECONDS)
  const asked = {
    input: transcript,
    voice,
    speed,
    format: format === 'pcm16' ? 'pcm' : format,
  } as const
  const open = () => speak(asked, random.fork('hum'))
  const { parts, outputTokens } = open()
  let streamed: SpeechSound | undefined
  let told = 0

  return {
    id: `audio_${hexadecimal(random.fork('audio id'), 32)}`,
    expiresAt: created + KEPT_S,
    transcript,
    audioTokens: outputTokens,
    data() {
      const sound = open()
      return Buffer.concat(Array.from({ length: parts }, (_, i) => sound.at(i).bytes)).toString(
        'base64',
      )
    },
    piecesTo(length) {
      streamed ??= open()
      const end =
        length >= transcript.length ? parts : Math.floor((parts * length) / transcript.length)
      const pieces: string[] = []
      for (; told < end; told++) pieces.push(...piecesOf(streamed.at(told).bytes))
      return pieces
    },
  }
}

function piecesOf(bytes: Buffer): string[] {
  const pieces: string[] = []
  for (let i = 0; i < bytes.length; i += PIECE_BYTES) {
    pieces.push(bytes.toString('base64', i, i + PIECE_BYTES))
  }
  return pieces
}
