/** The relay's paths, as an Express application: `POST /generate`, what can be done with a run, and the page. */
import express, { type NextFunction, type Request, type Response } from 'express'
import type { Clock } from '../../base/clock.ts'
import type { SealedPage } from '../../base/sealed-page.ts'
import { ApiError } from '../../protocol/errors/api-error.ts'
import {
  bodyTooLarge,
  internalError,
  shuttingDown,
  unknownUrl,
  unsupportedContentType,
  wrongMethod,
} from '../../protocol/errors/http.ts'
import type { CallOptions, ChatRequest, ChatStream } from '../index.ts'
import { type AskRules, readAsk } from './ask.ts'
import { type Callers, callerOf } from './callers.ts'
import { guard } from './guard.ts'
import type { OriginRules } from './origin.ts'
import { serveReader } from './reader.ts'
import {
  badAsk,
  eventsLost,
  noTurn,
  tooManyReaders,
  upstreamRefusal,
  wrongPlace,
} from './refusals.ts'
import type { Run } from './run.ts'
import { usageOf } from './run-events.ts'
import type { Runs } from './runs.ts'

export interface AppParts {
  readonly runs: Runs
  readonly callers: Callers
  readonly clock: Clock
  readonly rules: AskRules
  readonly origins: OriginRules
  readonly page: SealedPage
  readonly options: {
    readonly maxBodyBytes: number
    readonly turnWait: number
    readonly startWait: number
    readonly heartbeat: number
    readonly callersBy: 'address' | 'session'
    readonly trustProxy: number
  }
  /** `options.caller`: callers take turns where there is a line. */
  open(request: ChatRequest, options: CallOptions): ChatStream
  /** Ms for which the upstream has asked all to wait; 0: it has not. */
  waitMs(): number
  readonly clean: (text: string) => string
  readonly report: (error: unknown) => void
  isClosing(): boolean
}

const MAX_READERS = 32

export function createApp(parts: AppParts): express.Application {
  const { runs, callers, clock, rules, origins, page, options, open, clean, report } = parts
  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  app.set('trust proxy', options.trustProxy)

  app.use(guard(origins))

  const callerOfRequest = (request: Request): string => {
    const session = options.callersBy === 'session' ? request.get('x-session-id') : undefined
    return callerOf(request.ip ?? '', session)
  }

  function checkCaller(request: Request, _: Response, next: NextFunction): void {
    if (parts.isClosing()) throw shuttingDown()
    callers.arrive(callerOfRequest(request))
    // Anything else can be sent across origins without asking first.
    if (!request.is('application/json')) {
      throw unsupportedContentType(request.get('content-type'), 'application/json')
    }
    next()
  }

  /** Answers when the upstream has: with 202 and where to read, or with its refusal. */
  async function generate(request: Request, response: Response): Promise<void> {
    const ask = readAsk(request.body, rules)
    const caller = callerOfRequest(request)
    const leave = callers.enter(caller)
    let run: Run
    try {
      run = runs.start(onSend => open(ask, { onSend, caller }))
    } catch (error) {
      leave()
      throw error
    }
    run.over.then(leave)
    const part = run.join(() => {})
    response.on('close', () => {
      // Nobody knows the run yet, so nobody will come for it.
      if (!response.writableEnded) runs.forget(run)
      part()
    })

    const { turnWait, startWait } = options
    let failure = await firstOf(run, clock, Math.min(turnWait, startWait))
    if (!failure && !run.isSent && turnWait <= startWait) {
      runs.forget(run)
      throw noTurn(parts.waitMs())
    }
    failure ??= await firstOf(run, clock, Math.max(0, startWait - turnWait))
    if (failure) {
      runs.forget(run)
      throw upstreamRefusal(failure, clean)
    }
    if (response.closed || run.isGone) return
    run.announced()
    // Relative, so that it holds under any path that a proxy gives the relay.
    const [own, events] = [`runs/${run.id}`, `runs/${run.id}/events`]
    response
      .status(202)
      .location(events)
      .json({ id: run.id, run: own, events, answer: `${own}/answer` })
  }

  const runOf = (request: Request) => runs.get(String(request.params.id))

  function readEvents(request: Request, response: Response): void {
    const run = runOf(request)
    const { lastId, firstId } = run.events
    const after = placeOf(request, lastId)
    if (run.isOver && after === lastId) {
      response.status(204).end()
      return
    }
    if (!run.events.reaches(after)) throw eventsLost(after, firstId)
    if (run.readers >= MAX_READERS) throw tooManyReaders(MAX_READERS)
    serveReader(run, after, response, { clock, heartbeatMs: options.heartbeat })
  }

  /** The whole answer when it is there: who waits for it is a reader too. */
  async function answer(request: Request, response: Response): Promise<void> {
    const run = runOf(request)
    if (run.readers >= MAX_READERS) throw tooManyReaders(MAX_READERS)
    const part = run.join(() => {
      if (run.isGone) response.destroy()
    })
    response.on('close', part)
    const result = await run.over
    if (response.closed || run.isGone) return
    if (!result) throw internalError()
    const { how, finishReason, text } = result
    response.json({ id: run.id, how, finishReason, text, usage: usageOf(result) })
  }

  app
    .route('/generate')
    .post(checkCaller, express.json({ limit: options.maxBodyBytes, inflate: false }), generate)
    .all(only('POST'))
  app.route('/runs/:id/events').get(readEvents).all(only('GET'))
  app.route('/runs/:id/answer').get(answer).all(only('GET'))
  app
    .route('/runs/:id')
    .get((request, response) => {
      const { id, isOver, events } = runOf(request)
      const { firstId, lastId } = events
      const state = isOver ? 'over' : 'running'
      response.json({ id, state, firstEventId: firstId, lastEventId: lastId })
    })
    .delete((request, response) => {
      runOf(request).stop('stopped')
      response.status(204).end()
    })
    .all(only('GET', 'DELETE'))
  app
    .route('/')
    .get((_, response) => {
      const { html, policy } = page
      response
        .set({ 'content-security-policy': policy, 'referrer-policy': 'no-referrer' })
        .type('html')
        .send(html)
    })
    .all(only('GET'))
  app.use(({ method, path }) => {
    throw unknownUrl(method, path)
  })
  app.use((error: unknown, _: Request, response: Response, next: NextFunction) => {
    if (response.headersSent) return next(error)
    const refusal = toApiError(error)
    response.status(refusal.status).set(refusal.headers).type('json').send(refusal.toBody())
  })
  return app

  function toApiError(error: unknown): ApiError {
    if (error instanceof ApiError) return error
    const { type, status = 500 } = error as { type?: string; status?: number }
    if (type === 'entity.too.large') return bodyTooLarge(options.maxBodyBytes)
    // Of what reads bodies and paths: they name what the caller did.
    if (status < 500) return badAsk(null, 'The request could not be read: send JSON in UTF-8.')
    report(error)
    return internalError()
  }
}

/** Why it was refused, at its first words or after `startWaitMs`. */
async function firstOf(run: Run, clock: Clock, startWaitMs: number) {
  let cancel = () => {}
  const late = new Promise<undefined>(resolve => {
    cancel = clock.after(startWaitMs, () => resolve(undefined))
  })
  return await Promise.race([run.started, late]).finally(cancel)
}

/** After which event to go on; the header wins, for an EventSource comes back to the URL it was given. */
function placeOf(request: Request, lastId: number): number {
  const header = request.get('last-event-id')
  const { after } = request.query
  const [name, text] = header === undefined ? ['after', after ?? '0'] : ['Last-Event-ID', header]
  const id = typeof text === 'string' && /^\d{1,15}$/.test(text) ? Number(text) : undefined
  if (id === undefined || id > lastId) throw wrongPlace(name, lastId)
  return id
}

function only(...methods: readonly string[]) {
  return () => {
    throw wrongMethod(methods)
  }
}
