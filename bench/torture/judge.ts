/** Whether a client was right, from what it told and what the server saw: pure. */

import type { Trial } from './trials.ts'
import type { Seen, Told } from './witness.ts'

export interface Verdict {
  readonly isRight: boolean
  /** How it did, in a word or two: `whole`, `error`, `silent`, `3 sends`. */
  readonly mark: string
  /** The same as a sentence's worth, for a person. */
  readonly why: string
}

export function judge(
  { expects, text }: Pick<Trial, 'expects' | 'text'>,
  told: Told,
  seen: Seen,
): Verdict {
  const { sends, gapsMs, hungUp } = seen
  if (told.ended === 'crashed') return wrong('crash', `The process ended: ${told.error ?? ''}`)
  if (seen.sends === 0) return wrong('no send', `It sent nothing: ${told.error ?? told.ended}.`)
  if (told.ended === 'ok' && expects.kind !== 'stop' && !sameText(told.text, text)) {
    const empty = told.text === ''
    const part = empty ? 'nothing' : quoted(told.text)
    if (!text.startsWith(told.text)) return wrong('garbled', `It took ${part} for the answer.`)
    return wrong(empty ? 'silent, empty' : 'silent', `It took ${part} for the whole answer.`)
  }
  const isWhole = told.ended === 'ok'
  const hangs = wrong('hangs', `It was still at it after ${Math.round(told.ms)} ms.`)

  switch (expects.kind) {
    case 'whole':
      return isWhole ? whole : told.ended === 'hung' ? hangs : lost(told)
    case 'error':
      if (told.ended === 'hung') return hangs
      return isWhole ? wrong('made up', 'It gave out more than was sent.') : partial(told, text)
    case 'either':
      if (told.ended === 'hung') return hangs
      return isWhole ? whole : partial(told, text)
    case 'once': {
      if (isWhole) return wrong('whole', 'It gave out an answer that was refused.')
      if (sends > 1) return wrong(`${sends} sends`, `It sent ${sends} times what cannot succeed.`)
      return told.ended === 'hung' ? hangs : error(told)
    }
    case 'again': {
      const waitedMs = gapsMs.reduce((sum, gap) => sum + gap, 0)
      if (sends > 1 && waitedMs < expects.waitMs) {
        const words = `It sent again after ${waitedMs} ms in all; ${expects.waitMs} ms were due.`
        return wrong('too soon', words)
      }
      if (isWhole) return right('whole', `The whole text, after ${sends} sends.`)
      return told.ended === 'hung' ? hangs : lost(told)
    }
    case 'later':
      if (isWhole) return wrong('whole', 'It gave out an answer that was refused.')
      if (sends > 1) return wrong('too soon', `It sent again after ${gapsMs[0]} ms.`)
      return told.ended === 'hung' ? right('waits', 'It waits as it was told to.') : error(told)
    case 'stop':
      if (told.ended === 'hung') return hangs
      if (sends > 1) return wrong(`${sends} sends`, 'It sent again after it was told to stop.')
      return hungUp ? right('stopped', 'It ended when it was told to.') : stays
  }
}

const stays = wrong('stays', 'The connection was left open: the server goes on.')
const whole = right('whole', 'The whole text.')

function right(mark: string, why: string): Verdict {
  return { isRight: true, mark, why }
}

function wrong(mark: string, why: string): Verdict {
  return { isRight: false, mark, why }
}

function error({ error }: Told): Verdict {
  return right('error', `An error: ${error ?? 'without words'}`)
}

/** An error is right only if what came before it is what was sent. */
function partial(told: Told, text: string): Verdict {
  if (text.startsWith(told.text.trimEnd())) return error(told)
  return wrong('garbled', `It gave out ${quoted(told.text)} before its error.`)
}

function lost({ text, error }: Told): Verdict {
  const kept = text === '' ? '' : ` It had given out ${quoted(text)}.`
  return wrong(
    'error',
    `An error where the whole text could be had: ${error ?? 'no words'}.${kept}`,
  )
}

/** A program that prints may end its text with a new line. */
function sameText(given: string, text: string): boolean {
  return given === text || given.replace(/\r?\n$/, '') === text
}

function quoted(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text)
}
