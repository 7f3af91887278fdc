/** A module of the user's that says what to send and judges what came. */
import { OptionError } from '../../base/option-error.ts'
import type { Random } from '../../base/random.ts'
import type { Sample } from '../sample.ts'
import { readHeader } from './headers.ts'
import type { Hint } from './hint.ts'
import type { Message } from './prompt.ts'
import type { Check } from './request.ts'

export interface ScriptContext {
  /** Counts the requests of its scenario from 0. */
  readonly index: number
  /** Draws that are the same in each run with the same seed. */
  readonly random: Random
  /** The lengths that a replayed trace asks for. */
  readonly hint: Hint | undefined
}

/** A request, or parts of one; what is left out is as the options have it. */
export interface ScriptRequest {
  readonly prompt?: string
  readonly messages?: readonly Message[]
  /** Fields of the body; with a prompt, messages or an input among them they are all of it. */
  readonly body?: Readonly<Record<string, unknown>>
  readonly model?: string
  /** Of a synthetic prompt. */
  readonly inputTokens?: number
  /** The answer is to be so long. */
  readonly outputTokens?: number
  readonly maxTokens?: number
  readonly headers?: Readonly<Record<string, string>>
  /** In place of the endpoint's, such as `/chat/completions`. */
  readonly path?: string
}

/** What a script exports: one of the two at least. Neither may be async. */
export interface Script {
  /** A text is a prompt; undefined: a request as the options have it. */
  next?(context: ScriptContext): ScriptRequest | string | undefined
  /** Judges an answer that came whole: false or a text, which says why, makes it `malformed`. */
  check?(sample: Sample, text: string): boolean | string | undefined
}

/** Calls `next`. Throws OptionError, also for what is no request. */
export function askScript(script: Script, context: ScriptContext): ScriptRequest {
  const at = `next() of the script, request ${context.index}`
  let asked: unknown
  try {
    asked = script.next?.(context)
  } catch (cause) {
    throw wrong(at, wordsOf(cause), cause)
  }
  if (asked === undefined) return {}
  if (typeof asked === 'string') return { prompt: asked }
  if (typeof asked !== 'object' || asked === null || Array.isArray(asked)) {
    throw wrong(at, 'it must return a text, an object or undefined')
  }
  if (typeof (asked as { then?: unknown }).then === 'function') {
    throw wrong(at, 'it must not be async; await what it needs at the top of the module')
  }
  checkParts(asked as ScriptRequest, at)
  return asked as ScriptRequest
}

const names = [
  ...['prompt', 'messages', 'body', 'model', 'inputTokens', 'outputTokens', 'maxTokens'],
  ...['headers', 'path'],
]

function checkParts(parts: ScriptRequest, at: string): void {
  for (const name of Object.keys(parts)) {
    if (!names.includes(name)) {
      throw wrong(at, `${name} is no part of a request; these are: ${names.join(', ')}`)
    }
  }
  for (const name of ['inputTokens', 'outputTokens', 'maxTokens'] as const) {
    const tokens = parts[name]
    if (tokens !== undefined && !(Number.isInteger(tokens) && tokens > 0)) {
      throw wrong(at, `${name} must be a whole number from 1`)
    }
  }
  if (parts.path !== undefined && !/^\/[\x21-\x7e]*$/.test(parts.path)) {
    throw wrong(at, 'path must begin with a slash and have no spaces')
  }
  for (const [name, value] of Object.entries(parts.headers ?? {})) {
    if (!readHeader(`${name}: ${value}`)) {
      throw wrong(at, `${name} is no header that may be sent`)
    }
  }
}

/** The script's `check` as the exchange calls it; what it throws is what was wrong. */
export function checkBy({ check }: Script): Check | undefined {
  if (!check) return undefined
  return (sample, text) => {
    try {
      const verdict = check(sample, text)
      if (verdict === false) return 'the script says no'
      return typeof verdict === 'string' ? verdict : undefined
    } catch (error) {
      return `it threw: ${wordsOf(error)}`
    }
  }
}

function wrong(at: string, why: string, cause?: unknown): OptionError {
  return new OptionError('script', undefined, `${at}: ${why}`, { cause })
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
