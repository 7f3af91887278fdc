/** An exchange whose first request was sent, and pieces that come at a time. */
import { type Departure, Exchange, type Wishes } from '../../bench/exchange.ts'
import type { Reader } from '../../bench/read/reader.ts'

export function beginExchange(departure: Departure, reader: Reader, wishes?: Wishes): Exchange {
  const exchange = new Exchange()
  exchange.begin(departure, reader, wishes)
  return exchange
}

/** Returns how many content chunks came with it. */
export function feed(exchange: Exchange, piece: string | Buffer, atMs: number): number {
  exchange.touched(atMs)
  return exchange.fed(typeof piece === 'string' ? Buffer.from(piece) : piece)
}
