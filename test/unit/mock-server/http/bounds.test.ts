/** What is too slow or broken is told, and never in the middle of another answer. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { answerBrokenRequests } from '../../../../mock-server/http/bounds.ts'
import { connectRaw } from '../../../helpers/raw-http.ts'

const server = createServer(
  { headersTimeout: 30, requestTimeout: 60, connectionsCheckingInterval: 10 },
  (_, response) => void response.write('so far'),
)
beforeAll(async () => {
  answerBrokenRequests(server)
  await once(server.listen(0, '127.0.0.1'), 'listening')
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})
const connection = () => connectRaw((server.address() as AddressInfo).port)

test.each([
  ['head', 'GET / HTTP/1.1\r\nhost: a\r\n'],
  ['body', 'POST /slow HTTP/1.1\r\nhost: a\r\nexpect: nothing\r\ncontent-length: 9\r\n'],
])('a request whose %s does not come to an end is 408', async (_, text) => {
  await using slow = await connection()
  slow.send(text)
  const { status, headers, body } = await slow.receive()
  expect([status, headers.connection]).toEqual([408, 'close'])
  expect(JSON.parse(body).error.code).toBe('request_timeout')
})

test('a connection that never asks for anything is closed without a word', async () => {
  await using silent = await connection()
  await once(silent.socket, 'close')
  expect(silent.unread).toBe('')
})

test('what is broken behind a request that is being answered ends the connection, without a word', async () => {
  await using broken = await connection()
  broken.send('GET / HTTP/1.1\r\nhost: a\r\n\r\n')
  await once(broken.socket, 'data')
  broken.send('nonsense\r\n\r\n')
  await once(broken.socket, 'close')
  expect(broken.unread).toMatch(/so far\r\n$/)
})
