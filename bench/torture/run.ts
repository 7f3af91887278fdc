/** The torture: every client through every trial, each against a server of its own; resolves to the card. */
import { isAbsolute, join, resolve } from 'node:path'
import { type Clock, sleep, systemClock } from '../../base/clock.ts'
import { OptionError } from '../../base/option-error.ts'
import { nearest, readOptions } from '../../base/option-table.ts'
import { version } from '../../base/package.ts'
import { type Card, type Result, rowOf, scoreOf } from './card.ts'
import { clientNames, clients } from './clients.ts'
import { type ForkOptions, forkClient } from './forked.ts'
import { judge } from './judge.ts'
import { type GivenTortureOptions, type TortureOptions, tortureOptions } from './options.ts'
import { programSubject } from './program.ts'
import { targetOf } from './target.ts'
import { PROMPT, type Trial, trials } from './trials.ts'
import type { Subject } from './witness.ts'

export interface TortureParts {
  readonly environment?: NodeJS.ProcessEnv
  readonly signal?: AbortSignal
  /** Called when a client has gone through one more trial, or was there. */
  readonly onProgress?: (progress: Progress) => void
}

export interface Progress {
  readonly done: number
  readonly of: number
}

/** Trials at once of one client; programs are heavier than calls. */
const LANES = 16
const PROGRAM_LANES = 3
const STAGGER_MS = 50
/** Two time-outs, a back-off and another send are over by then; who is not waits without end. */
const SILENCE_TIMES = 2.5
const SILENCE_MARGIN_MS = 1000
/** What a program may take until it sends. */
const PROGRAM_START_MS = 2000
const API_KEY = 'sk-torture-0123456789'

/** Throws OptionError for a client or a trial that there is not. */
export async function runTorture(
  given: GivenTortureOptions = {},
  parts: TortureParts = {},
): Promise<Card> {
  return await tortureWith(readOptions(tortureOptions, given, 'runTorture'), parts)
}

/** The same with options that are read already. */
export async function tortureWith(options: TortureOptions, parts: TortureParts): Promise<Card> {
  const { environment = {}, signal = new AbortController().signal, onProgress } = parts
  const chosen = chosenTrials(options.only)
  const names = chosenClients(options)
  const clock = systemClock
  const startedAtMs = clock.nowMs()
  const startedAt = new Date(clock.wallMs()).toISOString()
  const folders = [folderOf(options.packages)]
  const { subjects, skipped } = await opened(names, { folders, environment })
  for (const [i, command] of options.exec.entries()) {
    const name = options.exec.length === 1 ? 'exec' : `exec-${i + 1}`
    subjects.push({ ...programSubject(command, environment), name })
  }
  const results = new Map(chosen.map(({ name }) => [name, new Map<string, Result>()]))
  const of = subjects.length * chosen.length
  let done = 0
  onProgress?.({ done, of })
  async function attempt(subject: Subject, trial: Trial): Promise<void> {
    if (signal.aborted) return
    const result = await tried(subject, trial, options, clock)
    if (signal.aborted) return
    results.get(trial.name)?.set(subject.name, result)
    onProgress?.({ done: ++done, of })
  }
  async function quick(subject: Subject): Promise<void> {
    const [warmUp, ...rest] = chosen.filter(({ isTimed }) => !isTimed)
    // By itself: what a client loads late would look like a wait.
    if (warmUp) await attempt(subject, warmUp)
    await inLanes(rest, isProgram(subject) ? PROGRAM_LANES : LANES, trial =>
      attempt(subject, trial),
    )
  }
  async function timed(subject: Subject): Promise<void> {
    const own = chosen.filter(({ isTimed }) => isTimed)
    if (isProgram(subject)) return inLanes(own, PROGRAM_LANES, trial => attempt(subject, trial))
    // One begins after the other, and all of them wait together.
    await Promise.all(
      own.map(async (trial, i) => {
        await sleep(clock, i * STAGGER_MS)
        await attempt(subject, trial)
      }),
    )
  }
  const closeAll = () => Promise.all(subjects.map(subject => subject[Symbol.asyncDispose]()))
  signal.addEventListener('abort', closeAll, { once: true })
  try {
    await Promise.all(subjects.map(quick))
    await Promise.all(subjects.map(timed))
  } finally {
    signal.removeEventListener('abort', closeAll)
    await closeAll()
  }

  const order = subjects.map(({ name }) => name)
  const rows = chosen.map(trial => {
    const found = results.get(trial.name) ?? new Map<string, Result>()
    const ordered = order.flatMap(name => {
      const result = found.get(name)
      return result ? [[name, result] as const] : []
    })
    return rowOf(trial, new Map(ordered))
  })
  return {
    tool: { version },
    environment: { node: process.version, system: `${process.platform} ${process.arch}` },
    startedAt,
    tookMs: Math.round(clock.nowMs() - startedAtMs),
    interrupted: signal.aborted,
    clients: subjects.map(subject => scoreOf(subject, rows)),
    skipped,
    rows,
  }
}

const isProgram = ({ name }: Subject) => name.startsWith('exec')

async function opened(names: readonly string[], options: ForkOptions) {
  const subjects: Subject[] = []
  const skipped: { name: string; why: string }[] = []
  const all = await Promise.all(
    names.map(async name => ({ name, subject: await forkClient(name, options) })),
  )
  for (const { name, subject } of all) {
    if (subject) subjects.push(subject)
    else {
      const { install } = clients.find(client => client.name === name)!
      const where = options.folders[0]
      skipped.push({ name, why: `not found from ${where}; to have it: ${install}` })
    }
  }
  return { subjects, skipped }
}

/** One trial, against a server that does nothing else. */
async function tried(
  subject: Subject,
  trial: Trial,
  { timeout, patience }: TortureOptions,
  clock: Clock,
): Promise<Result> {
  await using target = await targetOf(trial, clock)
  const startMs = isProgram(subject) ? PROGRAM_START_MS : 0
  const { watchMs, stopAfterMs, isSilent } = trial
  const silenceMs = isSilent ? SILENCE_MARGIN_MS + SILENCE_TIMES * timeout : Infinity
  const patienceMs = Math.min(watchMs ?? patience, silenceMs, patience) + startMs
  const told = await subject.attempt({
    question: {
      baseURL: target.url,
      apiKey: API_KEY,
      prompt: PROMPT,
      timeoutMs: isSilent ? timeout : Math.max(timeout, LONG_MS),
    },
    stopAfterMs: stopAfterMs === undefined ? undefined : stopAfterMs + startMs,
    patienceMs,
  })
  const seen = await target.seen()
  return { ...judge(trial, told, seen), ...told, ms: Math.round(told.ms), ...seen }
}

/** A time-out that no trial reaches in which the server is not silent. */
const LONG_MS = 30_000
async function inLanes<T>(
  items: readonly T[],
  lanes: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const line = items.values()
  await Promise.all(
    Array.from({ length: lanes }, async () => {
      for (const item of line) await work(item)
    }),
  )
}

function chosenTrials(only: readonly string[]): readonly Trial[] {
  const names = trials.map(({ name }) => name)
  for (const name of only) checkName('only', 'trial', name, names)
  return only.length === 0 ? trials : trials.filter(({ name }) => only.includes(name))
}

function chosenClients(options: TortureOptions): readonly string[] {
  for (const name of options.clients) checkName('clients', 'client', name, clientNames)
  if (options.clients.length > 0) return clientNames.filter(name => options.clients.includes(name))
  return options.exec.length > 0 ? [] : clientNames
}

function checkName(option: string, what: string, name: string, known: readonly string[]): void {
  if (known.includes(name)) return
  const near = nearest(name, known)
  const advice = near === undefined ? `choose of ${known.join(', ')}` : `did you mean ${near}?`
  throw new OptionError(option, name, `there is no ${what} of this name: ${advice}`)
}

/** Absolute; `node_modules` itself may be given too. */
function folderOf(given: string): string {
  const folder = isAbsolute(given) ? given : resolve(given)
  return folder.endsWith('node_modules') ? join(folder, '..') : folder
}
