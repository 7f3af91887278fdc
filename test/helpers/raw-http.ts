/** HTTP/1.1 on a bare socket: requests as they are written, responses as they are framed. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

export interface RawResponse {
  readonly status: number
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** The body's HTTP chunks, the empty last one left out; undefined when it was not chunked. */
  readonly chunks: readonly string[] | undefined
}

export interface RawConnection extends AsyncDisposable {
  readonly socket: Socket
  send(text: string): void
  /** The next response on this connection. Rejects when the connection ends before it is whole. */
  receive(method?: string): Promise<RawResponse>
  /** All bytes so far that no response took. */
  readonly unread: string
}

/** A request in one text, with its `content-length` when it has a body. */
export function rawRequest(
  line: string,
  { headers = {}, body = '' }: { headers?: Record<string, string>; body?: string } = {},
): string {
  const all = {
    host: 'localhost',
    authorization: 'Bearer sk-test',
    ...(body === '' ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
    ...headers,
  }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  return `${line}\r\n${lines.join('')}\r\n${body}`
}

export async function connectRaw(port: number): Promise<RawConnection> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  await once(socket, 'connect')
  let bytes: Buffer = Buffer.alloc(0)
  let isOver = false
  let wake = () => {}
  socket.on('data', part => {
    bytes = Buffer.concat([bytes, part])
    wake()
  })
  socket.on('error', () => {})
  socket.on('close', () => {
    isOver = true
    wake()
  })

  async function more(): Promise<void> {
    if (isOver) throw new Error('The connection was closed before the response was whole.')
    await new Promise<void>(resolve => {
      wake = resolve
    })
  }

  async function until(mark: string): Promise<string> {
    for (;;) {
      const place = bytes.indexOf(mark)
      if (place >= 0) return take(place + mark.length).slice(0, -mark.length)
      await more()
    }
  }

  function take(length: number): string {
    const text = bytes.toString('utf8', 0, length)
    bytes = bytes.subarray(length)
    return text
  }

  async function exactly(length: number): Promise<string> {
    while (bytes.length < length) await more()
    return take(length)
  }

  async function readChunks(): Promise<string[]> {
    const chunks: string[] = []
    for (;;) {
      const size = await until('\r\n')
      if (!/^[0-9a-f]+$/.test(size)) throw new Error(`${JSON.stringify(size)} is no chunk size`)
      const chunk = await exactly(Number.parseInt(size, 16))
      if ((await exactly(2)) !== '\r\n') throw new Error('A chunk is longer than its size says.')
      if (chunk === '') return chunks
      chunks.push(chunk)
    }
  }

  return {
    socket,
    send: text => void socket.write(text),
    async receive(method = 'POST') {
      const [status = '', ...lines] = (await until('\r\n\r\n')).split('\r\n')
      const headers = Object.fromEntries(
        lines.map(line => {
          const colon = line.indexOf(': ')
          return [line.slice(0, colon).toLowerCase(), line.slice(colon + 2)]
        }),
      )
      const answer = { status: Number(status.split(' ')[1]), headers }
      if (method === 'HEAD') return { ...answer, body: '', chunks: undefined }
      if (headers['transfer-encoding'] === 'chunked') {
        const chunks = await readChunks()
        return { ...answer, body: chunks.join(''), chunks }
      }
      if (headers['content-length'] !== undefined) {
        const body = await exactly(Number(headers['content-length']))
        return { ...answer, body, chunks: undefined }
      }
      while (!isOver) await more()
      return { ...answer, body: take(bytes.length), chunks: undefined }
    },
    get unread() {
      return bytes.toString()
    },
    async [Symbol.asyncDispose]() {
      socket.destroy()
      if (!isOver) await once(socket, 'close')
    },
  }
}
