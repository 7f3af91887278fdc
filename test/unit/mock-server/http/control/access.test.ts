/** Who is let in to the control plane. */
import { expect, test } from 'vitest'
import {
  type Doors,
  refusalOf,
  type Visitor,
} from '../../../../../mock-server/http/control/access.ts'

const token = 'open-sesame'
const home: Visitor = { peer: '127.0.0.1', method: 'GET', host: '127.0.0.1:4010' }
const away: Visitor = { peer: '192.0.2.7', method: 'GET', host: 'mock.example:4010' }

function decide(visitor: Partial<Visitor>, doors: Partial<Doors> = {}, from = home) {
  const all = { token: undefined, boundHost: '127.0.0.1', ...doors }
  return refusalOf({ ...from, ...visitor }, all)?.code ?? 'in'
}

test.each(['127.0.0.1', '127.8.9.10', '::1', '::ffff:127.0.0.1'])('%s is this machine', peer => {
  expect(decide({ peer })).toBe('in')
})

test.each(['192.0.2.7', '10.0.0.1', '::ffff:192.0.2.7', '127.0.0.1.example', '', undefined])(
  '%s is not, and is let in by the token alone',
  peer => {
    expect(decide({ peer })).toBe('control_plane_closed')
    expect(decide({ peer }, { boundHost: '0.0.0.0' })).toBe('control_plane_closed')
    expect(decide({ peer }, { token })).toBe('invalid_control_token')
    expect(decide({ peer, authorization: `Bearer ${token}` }, { token })).toBe('in')
  },
)

test.each([
  ['Bearer open-sesame', 'in'],
  ['bearer  open-sesame', 'in'],
  ['Bearer open-sesam', 'invalid_control_token'],
  ['Bearer open-sesame!', 'invalid_control_token'],
  ['Bearer OPEN-SESAME', 'invalid_control_token'],
  ['Basic open-sesame', 'invalid_control_token'],
  ['Bearer ', 'invalid_control_token'],
  ['open-sesame', 'invalid_control_token'],
])('%j is %s', (authorization, expected) => {
  expect(decide({ authorization }, { token }, away)).toBe(expected)
})

test('a token that was sent where none is set opens nothing', () => {
  expect(decide({ authorization: 'Bearer undefined' }, {}, away)).toBe('control_plane_closed')
})

test('whom a proxy on this machine asks for is not this machine', () => {
  expect(decide({ forwarded: '192.0.2.7' })).toBe('control_plane_closed')
  expect(decide({ forwarded: 'for=192.0.2.7' }, { token })).toBe('invalid_control_token')
})

test.each([
  ['localhost', 'in'],
  ['LOCALHOST:4010', 'in'],
  ['mock.localhost:4010', 'in'],
  ['localhost.:4010', 'in'],
  ['127.0.0.2:1', 'in'],
  ['[::1]:4010', 'in'],
  ['[::1]', 'in'],
  ['mock.test:4010', 'in'],
  ['', 'foreign_host'],
  ['evil.example:4010', 'foreign_host'],
  ['localhost.evil.example', 'foreign_host'],
  ['evillocalhost', 'foreign_host'],
  ['127.0.0.1.evil.example', 'foreign_host'],
  ['127.0.0.1@evil.example', 'foreign_host'],
  ['0.0.0.0:4010', 'foreign_host'],
])('asked for as %j it is %s', (host, expected) => {
  expect(decide({ host }, { boundHost: 'mock.test' })).toBe(expected)
})

test('HTTP/1.0 without a Host is no browser', () => {
  expect(decide({ host: undefined })).toBe('in')
})

test.each([
  ['http://127.0.0.1:4010', 'in'],
  ['https://127.0.0.1:4010', 'in'],
  [undefined, 'in'],
  ['http://127.0.0.1:4011', 'foreign_origin'],
  ['http://localhost:4010', 'foreign_origin'],
  ['https://evil.example', 'foreign_origin'],
  ['null', 'foreign_origin'],
])('a page of %s that changes something is %s', (origin, expected) => {
  for (const method of ['POST', 'PATCH', 'DELETE']) {
    expect(decide({ method, origin })).toBe(expected)
    expect(decide({ method, origin, authorization: `Bearer ${token}` }, { token })).toBe('in')
  }
  expect(decide({ method: 'GET', origin })).toBe('in')
})
