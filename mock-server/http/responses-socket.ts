/**
 * Responses over a WebSocket: each `response.create` message is answered with the events of a stream, one
 * frame each; one at a time, in the order in which they came.
 */
import { type IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { type RawData, type WebSocket, WebSocketServer } from 'ws'
import { systemClock } from '../../base/clock.ts'
import { isObject, type Json } from '../../protocol/checks.ts'
import { unsupportedValue, wrongType } from '../../protocol/errors/field.ts'
import { unknownUrl } from '../../protocol/errors/http.ts'
import { noWebSocket } from '../../protocol/errors/own.ts'
import { connectionTooOld } from '../../protocol/errors/responses.ts'
import { parseResponsesRequest } from '../../protocol/responses-request.ts'
import { keptBodyBytes } from '../engine/journal.ts'
import { readLog } from '../engine/responses/run-log.ts'
import { createResponseStore } from '../engine/responses/store.ts'
import type { Provider } from '../provider.ts'
import { authenticate } from './authenticate.ts'
import { callerOf } from './caller.ts'
import { pathOf, refuse } from './endpoint.ts'
import { type Exchange, openExchange, sendError } from './exchange.ts'
import { parseJson } from './read-body.ts'
import { createFrameResponse, errorFrame, frameSink } from './responses-frames.ts'
import { type PlannedResponse, planResponse } from './responses-plan.ts'
import { startRun } from './responses-play.ts'
import type { UpgradeHandler } from './upgrade.ts'

const MAX_MINUTES = 60
/** Messages of one connection that wait for the one that is answered. */
const MAX_WAITING = 32
/** Of each connection, whatever was to be stored: the last few responses can be continued. */
const MEMORY = { maxResponses: 32, maxLength: 2 ** 22 }
const PATHS = ['/v1/responses', '/responses']

/** Takes over connections that ask for a WebSocket; those that may not have one are told so over HTTP. */
export function responsesSocket(provider: Provider): UpgradeHandler {
  const { maxBodyBytes, upstream, replay } = provider.options
  const server = new WebSocketServer({ noServer: true, maxPayload: maxBodyBytes })
  provider.onDrain(() => {
    for (const client of server.clients) dismiss(client)
  })

  return (request, socket, head) => {
    let apiKey: string
    try {
      const path = pathOf(request.url)
      if (!PATHS.includes(path)) throw unknownUrl(request.method ?? '', path)
      apiKey = authenticate(request, provider.apiKeys)
      if (upstream !== undefined || replay !== undefined) throw noWebSocket()
    } catch (error) {
      refuseUpgrade(provider, request, socket, error as Error)
      return
    }
    server.handleUpgrade(request, socket, head, connection => {
      serveConnection(provider, request, connection, apiKey)
    })
  }
}

/** How long a client may take to say goodbye. */
const GOODBYE_MS = 250

function dismiss(client: WebSocket): void {
  // The network's time, not the provider's.
  const cancel = systemClock.after(GOODBYE_MS, () => client.terminate())
  client.on('close', cancel)
  client.close(1001, 'The server is shutting down.')
}

function refuseUpgrade(
  provider: Provider,
  request: IncomingMessage,
  socket: Duplex,
  error: Error,
): void {
  const response = new ServerResponse(request)
  response.shouldKeepAlive = false
  response.assignSocket(socket as Socket)
  response.on('finish', () => socket.end())
  refuse(provider, () => error)(request, response)
}

function serveConnection(
  provider: Provider,
  request: IncomingMessage,
  connection: WebSocket,
  apiKey: string,
): void {
  const memory = createResponseStore(MEMORY)
  const waiting: Buffer[] = []
  let current: Exchange | undefined
  const cancelLimit = provider.clock.after(MAX_MINUTES * 60_000, () => {
    connection.send(errorFrame(connectionTooOld(MAX_MINUTES)))
    connection.close(1000)
  })

  connection.on('message', (data: RawData) => {
    if (waiting.length >= MAX_WAITING) {
      connection.close(1008, `More than ${MAX_WAITING} messages are waiting.`)
      return
    }
    waiting.push(data as Buffer)
    if (!current) answerNext()
  })
  connection.on('close', () => {
    cancelLimit()
    waiting.length = 0
    current?.response.emit('close')
    memory.clear()
  })
  // A frame too large or against the protocol: `ws` closes the connection with the right code by itself.
  connection.on('error', error => provider.log('debug', `websocket: ${error.message}`))

  function answerNext(): void {
    const data = waiting.shift()
    if (!data) return
    const response = createFrameResponse(connection, () => {
      current = undefined
      setImmediate(answerNext)
    })
    const exchange = openExchange(provider, request, response, 'responses')
    exchange.entry.caller = callerOf(apiKey)
    current = exchange
    try {
      const message = readMessage(data)
      if (data.length <= keptBodyBytes) exchange.entry.body = message
      /** What could not be continued is not kept for another try. */
      const forget = () => void memory.delete(String(message.previous_response_id))
      response.onRefused = forget
      answer(exchange, message, forget)
    } catch (error) {
      sendError(exchange, error)
    }
  }

  function answer(exchange: Exchange, message: Json, forget: () => void): void {
    const { type: _, generate, background: __, ...fields } = message
    const { lenient, dialect } = provider.options
    const body = { ...fields, stream: true }
    const options = { lenient, foreign: dialect !== 'openai' }
    const request = parseResponsesRequest(body, options)
    exchange.entry.stream = true
    const asking = { exchange, apiKey, request, recall: memory.get, isWarmUp: generate === false }
    planResponse(asking, planned => play(exchange, planned, forget))
  }

  function play(exchange: Exchange, { response }: PlannedResponse, forget: () => void): void {
    const { script, log } = response
    const { includeObfuscation } = script.response.request
    const sink = frameSink(exchange, connection, log.dueMs, () => reader.pump())
    const reader = readLog(log, script.read({ includeObfuscation }), sink)
    const run = startRun(exchange, response, {
      over() {
        if (script.response.failure) forget()
        else if (log.state === 'over') memory.put(response)
      },
      failed: error => sendError(exchange, error),
    })
    exchange.onOver = () => {
      reader.stop()
      run.stop()
    }
    run.start()
  }
}

/** Throws ApiError for what is no `response.create`. */
function readMessage(data: Buffer): Json {
  const message = parseJson(data.toString())
  if (!isObject(message)) throw wrongType('body', 'an object', message)
  if (message.type !== 'response.create') {
    throw unsupportedValue('type', String(message.type), ['response.create'])
  }
  return message
}
