/** A request as it goes over the wire: head and body in one piece, so that one write sends it. */
import type { Request } from '../work/request.ts'
import type { DriverContext } from './driver.ts'

export function requestWriter({
  url,
  headers,
}: Pick<DriverContext, 'url' | 'headers'>): (request: Request) => Buffer {
  const { host, pathname } = new URL(url)
  const base = pathname.replace(/\/$/, '')
  const common = linesOf({ host, connection: 'keep-alive', ...headers })
  return ({ path, headers: own, body }) => {
    const length = `content-length: ${Buffer.byteLength(body)}\r\n`
    return Buffer.from(
      `POST ${base}${path} HTTP/1.1\r\n${common}${linesOf(own)}${length}\r\n${body}`,
    )
  }
}

function linesOf(headers: Readonly<Record<string, string>>): string {
  let lines = ''
  for (const name in headers) lines += `${name}: ${headers[name]}\r\n`
  return lines
}
