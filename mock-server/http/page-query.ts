/** Which page of a list is asked for: `limit`, `order`, `after` and `before` of a URL. */
import { outOfRange, unsupportedValue, wrongType } from '../../protocol/errors/field.ts'
import type { PageQuery } from '../engine/store.ts'

export interface PageBounds {
  /** The limit where none is named. */
  readonly fallback: number
  readonly max: number
  /** The order where none is named; most lists begin with the newest. */
  readonly order?: PageQuery['order']
  /** Whether a limit or an order that is not allowed is passed over. */
  readonly lenient: boolean
}

/** Throws ApiError for a limit or an order that is not allowed. */
export function readPageQuery(
  query: URLSearchParams,
  { fallback, max, order = 'desc', lenient }: PageBounds,
): PageQuery {
  return {
    limit: readLimit(query.get('limit'), { fallback, max, lenient }),
    order: readOrder(query.get('order'), order, lenient),
    after: query.get('after') || undefined,
    before: query.get('before') || undefined,
  }
}

function readLimit(
  text: string | null,
  { fallback, max, lenient }: Omit<PageBounds, 'order'>,
): number {
  if (text === null || text === '') return fallback
  const limit = Number(text)
  const isAllowed = Number.isInteger(limit) && limit >= 1 && limit <= max
  if (isAllowed) return limit
  if (lenient) return fallback
  if (!Number.isInteger(limit)) throw wrongType('limit', 'an integer', text)
  throw outOfRange('limit', 'integer', limit, { min: 1, max })
}

function readOrder(
  text: string | null,
  fallback: PageQuery['order'],
  lenient: boolean,
): PageQuery['order'] {
  if (text === 'asc' || text === 'desc') return text
  if (text && !lenient) throw unsupportedValue('order', text, ['asc', 'desc'])
  return fallback
}
