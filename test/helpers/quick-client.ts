/** Requests over kept connections, as cheaply as a client can: for tests that make a hundred thousand. */
import { connect, type Socket } from 'node:net'

export interface QuickAnswer {
  readonly status: number
  /** Status line and headers. */
  readonly head: string
  /** As it was framed, in Latin-1. */
  readonly body: string
}

export interface QuickClient extends AsyncDisposable {
  /** Sends at once, on a connection that is free. Rejects when the connection ends before the answer. */
  post(
    body: string,
    headers?: Readonly<Record<string, string>>,
    path?: string,
  ): Promise<QuickAnswer>
}

interface Line {
  readonly socket: Socket
  text: string
  /** Where the answer's body begins and ends: 0 before its head is there, Infinity where it comes in chunks. */
  bodyAt: number
  endAt: number
  resolve: ((answer: QuickAnswer) => void) | undefined
  reject: (error: Error) => void
}

/** `url`: with /v1, which paths are behind; that of chat completions unless said otherwise. */
export function createQuickClient(url: string): QuickClient {
  const { port, host, pathname } = new URL(url)
  const free: Line[] = []
  const all = new Set<Line>()

  function open(): Line {
    const socket = connect({ port: Number(port), host: '127.0.0.1', noDelay: true })
    const line: Line = {
      socket,
      text: '',
      bodyAt: 0,
      endAt: 0,
      resolve: undefined,
      reject: () => {},
    }
    all.add(line)
    socket.on('data', part => {
      line.text += part.toString('latin1')
      const answer = wholeAnswer(line)
      if (!answer) return
      const { resolve } = line
      line.text = ''
      line.bodyAt = 0
      line.resolve = undefined
      free.push(line)
      resolve?.(answer)
    })
    socket.on('error', () => {})
    socket.on('close', () => {
      all.delete(line)
      if (free.includes(line)) free.splice(free.indexOf(line), 1)
      if (line.resolve) line.reject(new Error('The connection ended before the answer.'))
    })
    return line
  }

  return {
    post(body, headers = {}, path = '/chat/completions') {
      const line = free.pop() ?? open()
      const more = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
      const length = Buffer.byteLength(body)
      return new Promise((resolve, reject) => {
        line.resolve = resolve
        line.reject = reject
        line.socket.write(
          `POST ${pathname}${path} HTTP/1.1\r\nhost: ${host}\r\n${more.join('')}content-type: application/json\r\ncontent-length: ${length}\r\n\r\n${body}`,
        )
      })
    },
    async [Symbol.asyncDispose]() {
      for (const { socket } of all) socket.destroy()
    },
  }
}

/** The answer that has come; undefined: there is more to come. */
function wholeAnswer(line: Line): QuickAnswer | undefined {
  const { text } = line
  if (line.bodyAt === 0) {
    const end = text.indexOf('\r\n\r\n')
    if (end < 0) return undefined
    line.bodyAt = end + 4
    const length = /\r\ncontent-length: (\d+)/i.exec(text.slice(0, end))?.[1]
    line.endAt = length === undefined ? Number.POSITIVE_INFINITY : line.bodyAt + Number(length)
  }
  const { bodyAt, endAt } = line
  const isWhole =
    endAt < Number.POSITIVE_INFINITY ? text.length >= endAt : text.endsWith(LAST_CHUNK)
  if (!isWhole) return undefined
  return {
    status: Number(text.slice(9, 12)),
    head: text.slice(0, bodyAt),
    body: text.slice(bodyAt),
  }
}

const LAST_CHUNK = '\r\n0\r\n\r\n'
