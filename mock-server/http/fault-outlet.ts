/** The way out of an answer that goes wrong: pieces that are sent one after the other, with waits, and cuts. */
import type { Socket } from 'node:net'
import type { Cut, Piece } from '../engine/faults/fault.ts'
import { closeExchange, type Exchange } from './exchange.ts'
import { withSocket } from './play.ts'

/** What may wait to be sent before whoever answers is told to stop. */
const MAX_QUEUED_BYTES = 65_536
/** A reader that finds the last bytes and a reset at once may take it for an end: libuv does. */
const BEFORE_RESET_MS = 10
const NOTHING = Buffer.alloc(0)

/** The end of the answer, as HTTP has it. */
export const END = Symbol('end')

export type Encoding = 'utf8' | 'latin1'

/** The response's own ways to send. */
interface Methods {
  write(bytes: Uint8Array): boolean
  end(): unknown
}

/** What is sent piece by piece, with waits in between. */
export function createOutlet(exchange: Exchange, own: Methods) {
  const { response, provider } = exchange
  let queue: (Uint8Array | Exclude<Piece, string> | typeof END)[] = []
  let queuedBytes = 0
  let cancelWait: (() => void) | undefined
  let over = () => {}

  const outlet = {
    /** Nothing more is sent. */
    isMute: false,
    /** All is sent, or cut. */
    isOver: false,
    bytes: 0,
    get isFull() {
      return queuedBytes > MAX_QUEUED_BYTES
    },
    push(pieces: readonly (Piece | typeof END)[], encoding: Encoding): void {
      if (outlet.isMute || outlet.isOver) return
      for (const piece of pieces) {
        const ready = typeof piece === 'string' ? Buffer.from(piece, encoding) : piece
        if (ready instanceof Uint8Array) queuedBytes += ready.length
        queue.push(ready)
      }
      if (!cancelWait) send()
    },
    whenOver(call: () => void): void {
      over = call
    },
    stop(): void {
      cancelWait?.()
      cancelWait = undefined
      outlet.isMute = true
      queue = []
      queuedBytes = 0
    },
  }

  function send(): void {
    let sent = 0
    while (sent < queue.length && !cancelWait && !outlet.isMute) {
      const piece = queue[sent++]!
      if (piece === END) finish()
      else if (piece instanceof Uint8Array) {
        queuedBytes -= piece.length
        outlet.bytes += piece.length
        if (piece.length > 0) own.write(piece)
      } else if ('cut' in piece) cut(piece.cut)
      else wait(piece.waitMs)
    }
    queue = queue.slice(sent)
  }

  function wait(waitMs: number): void {
    if (waitMs === Number.POSITIVE_INFINITY) {
      outlet.stop()
      return
    }
    const wasFull = () => response.emit('drain')
    cancelWait = provider.clock.after(waitMs, () => {
      cancelWait = undefined
      const hadToWait = outlet.isFull
      send()
      if (hadToWait && !outlet.isFull) wasFull()
    })
  }

  function finish(): void {
    own.end()
    outlet.isOver = true
    over()
  }

  function cut(by: Cut): void {
    outlet.stop()
    outlet.isOver = true
    closeExchange(exchange, 'cut')
    if (by === 'end') own.end()
    else if (by === 'close') withSocket(exchange, socket => cutSocket(socket, by))
    else
      provider.clock.after(BEFORE_RESET_MS, () => response.socket && cutSocket(response.socket, by))
  }

  return outlet
}

/** Ends a connection when what was written to it is with the network. */
export function cutSocket(socket: Socket, by: 'reset' | 'close'): void {
  socket.write(NOTHING, () => {
    if (socket.destroyed) return
    if (by === 'close') socket.destroySoon()
    else reset(socket)
  })
}

function reset(socket: Socket): void {
  try {
    socket.resetAndDestroy()
  } catch {
    socket.destroy() // a socket of TLS has no reset of its own
  }
}
