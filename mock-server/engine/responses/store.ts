/** Responses that were stored, and those of a connection: bounded by number and by size, the oldest go first. */
import type { Item, KeptItem } from '../../../protocol/responses-input.ts'
import { createStore } from '../store.ts'
import type { RunLog } from './run-log.ts'
import type { ResponsesScript } from './script.ts'

export interface StoredResponse {
  readonly id: string
  readonly script: ResponsesScript
  readonly log: RunLog
  /** What came before the request's own input. */
  readonly context: readonly Item[]
  readonly input: readonly KeptItem[]
  /** Ends what is still being played. */
  stop(): void
}

export interface ResponseStore {
  put(response: StoredResponse): void
  get(id: string): StoredResponse | undefined
  /** Stops it; whether there was one. */
  delete(id: string): boolean
  /** Items of any response's input or output, by id; in one walk, since a request may refer to thousands. */
  findItems(ids: ReadonlySet<string>): ReadonlyMap<string, KeptItem>
  /** Stops all of them. */
  clear(): void
  /** Forgets those that are over; what is being played goes on. */
  forgetOver(): void
}

export interface StoreBounds {
  readonly maxResponses: number
  /** Characters of what is kept, contexts included. */
  readonly maxLength: number
}

const DEFAULT_BOUNDS: StoreBounds = { maxResponses: 2000, maxLength: 2 ** 26 }

export function createResponseStore(bounds = DEFAULT_BOUNDS): ResponseStore {
  const size = { maxLength: bounds.maxLength, lengthOf }
  const store = createStore<StoredResponse>(bounds.maxResponses, ({ stop }) => stop(), size)
  return {
    put(response) {
      store.delete(response.id)
      store.put(response)
    },
    get: store.get,
    delete: store.delete,
    findItems(ids) {
      const found = new Map<string, KeptItem>()
      if (ids.size === 0) return found
      for (const response of store.all()) {
        for (const item of itemsOf(response)) {
          if (ids.has(item.id) && !found.has(item.id)) found.set(item.id, item)
        }
      }
      return found
    },
    clear: store.clear,
    forgetOver() {
      for (const { id, log } of store.all()) if (log.state !== 'open') store.delete(id)
    },
  }
}

/** The items that a response adds to its conversation. */
export function itemsOf({ input, script }: StoredResponse): readonly KeptItem[] {
  return [...input, ...script.response.items.map(({ item }) => item)]
}

/** The whole conversation up to and including a response. */
export function contextAfter(response: StoredResponse): readonly Item[] {
  return [...response.context, ...itemsOf(response)]
}

/** The least that a response and a token of it take. */
const RESPONSE_LENGTH = 1024
const TOKEN_LENGTH = 16

function lengthOf({ context, input, script }: StoredResponse): number {
  const { plan, items, request } = script.response
  const kept = [context, input, items.map(({ item }) => item), request.body]
  return RESPONSE_LENGTH + textLength(kept) + plan.dueMs.length * TOKEN_LENGTH
}

/** Characters of all texts in a JSON value, and one for each value. */
export function textLength(value: unknown): number {
  if (typeof value === 'string') return value.length + 1
  if (typeof value !== 'object' || value === null) return 1
  let length = 1
  for (const key in value) length += textLength((value as Record<string, unknown>)[key])
  return length
}
