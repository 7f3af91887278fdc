/** A search, from options to what was found. */
import { randomUUID } from 'node:crypto'
import { type Clock, systemClock } from '../../base/clock.ts'
import { OptionError } from '../../base/option-error.ts'
import { version } from '../../base/package.ts'
import { createRandom } from '../../base/random.ts'
import { readEnvironment } from '../environment.ts'
import { checkReachable } from '../preflight.ts'
import { type Confirm, foreignOf, takeLeave } from '../safety/leave.ts'
import { parseThreshold } from '../threshold.ts'
import type { Bytes } from '../work/read-lines.ts'
import { createWork } from '../work/work.ts'
import type { Found } from './found.ts'
import { tuneSchema } from './found-frame.ts'
import { tuneConcurrency } from './over-concurrency.ts'
import { tuneRate } from './over-rate.ts'
import type { Frame, OnPoint, Search, TuneOptions } from './search-parts.ts'

export interface TuneContext {
  readonly clock?: Clock
  /** Ends the search early; what was measured is in what is found, marked `interrupted`. */
  readonly signal?: AbortSignal
  /** Where `-` as a file of prompts reads from. */
  readonly stdin?: Bytes
  /** Asks whether to go on, where the target is not this machine and `yes` is not given; undefined: it is refused. */
  readonly confirm?: Confirm
  /** A point was measured. */
  readonly onPoint?: OnPoint
}

/** Throws OptionError for options that cannot be used, TargetUnreachable when nothing listens there. */
export async function tune(options: TuneOptions, context: TuneContext = {}): Promise<Found> {
  const { clock = systemClock, onPoint, stdin = process.stdin } = context
  const url = parseUrl(options.url)
  const stop = new AbortController()
  const signal = AbortSignal.any([stop.signal, ...(context.signal ? [context.signal] : [])])
  const foreign = foreignOf([url])
  if (foreign.length > 0 && !options.yes) await takeLeave(foreign, '--yes', context.confirm)
  await checkReachable(url)
  const random = createRandom(options.seed)
  const objectives = options.slo.flatMap(text => parseThreshold(text) ?? [])
  const [startedAtMs, startedWallMs] = [clock.nowMs(), clock.wallMs()]
  let broken: Error | undefined
  const work = await createWork(
    { ...options, turns: undefined },
    {
      query: '',
      random: random.fork('work'),
      stdin,
      onBroken(error) {
        broken = error
        stop.abort()
      },
    },
  )
  const search: Search = {
    ...{ options, random, signal, onPoint },
    parts: {
      url: url.href.replace(/\/+$/, ''),
      headers: work.headers,
      idleTimeoutMs: options.timeout,
      ...{ work, objectives, clock, signal },
    },
    check() {
      if (!broken) return
      throw new OptionError('script', options.script, broken.message, { cause: broken })
    },
  }
  const frame = (): Frame => ({
    schema: tuneSchema,
    tool: { name: 'tokadence', version },
    run: {
      id: randomUUID().slice(0, 8),
      label: options.label ?? null,
      startedAt: new Date(startedWallMs).toISOString(),
      seconds: (clock.nowMs() - startedAtMs) / 1000,
      interrupted: signal.aborted,
    },
    target: { url: url.href, model: options.model },
    environment: readEnvironment(),
  })
  if (options.over === 'rate') return warned({ ...(await tuneRate(search)), ...frame() }, options)
  return warned({ ...(await tuneConcurrency(search)), ...frame() }, options)
}

function warned(found: Found, { prompt }: TuneOptions): Found {
  if (prompt.length !== 1 || found.curves.length === 0) return found
  const warning =
    'One prompt is sent by all: a server with a prefix cache answers it faster than real traffic.'
  return { ...found, warnings: [...found.warnings, warning] }
}

function parseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url && /^https?:$/.test(url.protocol) && url.search === '') return url
  const allowed = 'write an http or https URL such as http://127.0.0.1:4010/v1, without a query'
  throw new OptionError('url', text, allowed)
}
