/** HTTP chunks on a bare socket, each with the time at which it was read. */
import { once } from 'node:events'
import { connect } from 'node:net'

export interface TimedAnswer {
  /** Status line and headers. */
  readonly head: string
  readonly chunks: readonly { readonly atMs: number; readonly text: string }[]
  /** From sending the request to the head and to the last byte. */
  readonly headMs: number
  readonly endMs: number
}

export interface TimedConnection extends AsyncDisposable {
  /** Posts a JSON body to /v1/chat/completions; the answer must be chunked. */
  ask(body: string): Promise<TimedAnswer>
}

export async function connectTimed(port: number): Promise<TimedConnection> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  await once(socket, 'connect')
  let onData = (_: Buffer) => {}
  socket.on('data', part => onData(part))

  return {
    ask(body) {
      const { promise, take } = readAnswer()
      onData = take
      const head = [
        'POST /v1/chat/completions HTTP/1.1',
        'host: localhost',
        'authorization: Bearer sk-test',
        'content-type: application/json',
        `content-length: ${Buffer.byteLength(body)}`,
      ]
      socket.write(`${head.join('\r\n')}\r\n\r\n${body}`)
      return promise
    },
    async [Symbol.asyncDispose]() {
      socket.destroy()
      if (!socket.closed) await once(socket, 'close')
    },
  }
}

function readAnswer() {
  const sentAtMs = performance.now()
  const chunks: { atMs: number; text: string }[] = []
  let bytes = Buffer.alloc(0)
  let head: string | undefined
  let headMs = 0
  let resolve = (_: TimedAnswer) => {}
  const promise = new Promise<TimedAnswer>(settle => {
    resolve = settle
  })

  function take(part: Buffer): void {
    const atMs = performance.now() - sentAtMs
    bytes = Buffer.concat([bytes, part])
    if (head === undefined) {
      const end = bytes.indexOf('\r\n\r\n')
      if (end < 0) return
      head = bytes.toString('latin1', 0, end)
      headMs = atMs
      bytes = bytes.subarray(end + 4)
    }
    for (;;) {
      const end = bytes.indexOf('\r\n')
      const size = Number.parseInt(bytes.toString('latin1', 0, end), 16)
      if (end < 0 || bytes.length < end + 2 + size + 2) return
      const text = bytes.toString('utf8', end + 2, end + 2 + size)
      bytes = bytes.subarray(end + 4 + size)
      if (size === 0) {
        resolve({ head, chunks, headMs, endMs: atMs })
        return
      }
      chunks.push({ atMs, text })
    }
  }
  return { promise, take }
}
