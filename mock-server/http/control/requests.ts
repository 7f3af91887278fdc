/**
 * `GET /_tokadence/requests`: the journal, whole or as a filter has it, as JSON or as NDJSON; one request
 * by its id; and a live stream of those that are over.
 */
import type { Application } from 'express'
import { OptionError } from '../../../base/option-error.ts'
import { noSuchRequest } from '../../../protocol/errors/control.ts'
import { type ReadFilter, readFilter, select } from '../../engine/journal-filter.ts'
import type { Provider } from '../../provider.ts'
import { createRequestFeed } from './request-feed.ts'
import { addResource } from './resource.ts'
import { sendPieces } from './send-pieces.ts'

const NDJSON = 'application/x-ndjson; charset=utf-8'

export function addRequests(app: Application, provider: Provider): void {
  const { journal } = provider
  addResource(app, provider, '/_tokadence/requests', {
    GET({ query, response }) {
      const { format, filter } = readQuery(query)
      const entries = select(journal.entries(), filter)
      const pieces = format === 'ndjson' ? linesOf(entries) : listOf(entries)
      response.setHeader('content-type', format === 'ndjson' ? NDJSON : 'application/json')
      return sendPieces(response, pieces)
    },
  })
  addResource(app, provider, '/_tokadence/requests/stream', {
    GET({ query, response }) {
      const { filter } = readQuery(query)
      response.setHeader('content-type', NDJSON)
      provider.shared(createRequestFeed).follow(response, filter)
    },
  })
  addResource(app, provider, '/_tokadence/requests/:requestId', {
    GET({ params }) {
      const { requestId = '' } = params
      const entry = journal.find(requestId)
      if (!entry) throw noSuchRequest(requestId)
      return entry
    },
  })
}

/** A name that is there several times has several values. Throws OptionError. */
function readQuery(query: URLSearchParams): { format: 'json' | 'ndjson'; filter: ReadFilter } {
  const given: Record<string, string | readonly string[]> = {}
  for (const name of new Set(query.keys())) {
    const values = query.getAll(name)
    given[name] = values.length === 1 ? values[0]! : values
  }
  const { format = 'json', ...filter } = given
  if (format !== 'json' && format !== 'ndjson') {
    throw new OptionError('format', format, 'write json or ndjson')
  }
  return { format, filter: readFilter(filter) }
}

function* linesOf(entries: Iterable<unknown>): Generator<string, undefined> {
  for (const entry of entries) yield `${JSON.stringify(entry)}\n`
}

function* listOf(entries: Iterable<unknown>): Generator<string, undefined> {
  let before = '{"requests":['
  for (const entry of entries) {
    yield before + JSON.stringify(entry)
    before = ','
  }
  yield before === ',' ? ']}' : `${before}]}`
}
