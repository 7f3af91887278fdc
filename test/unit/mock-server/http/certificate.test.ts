/** The certificate that is made at start, read by Node's own parser. */
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { expect, test } from 'vitest'
import { selfSigned } from '../../../../mock-server/http/certificate.ts'
import { integer, objectId, octets, time } from '../../../../mock-server/http/der.ts'

const nowMs = Date.parse('2026-03-01T12:00:00Z')
const hosts = ['localhost', '127.0.0.1', '::1', 'fe80::1:2', 'mock.example', '::ffff:1.2.3.4']

test('it is for the hosts that it was made for, for a year from yesterday', () => {
  const { cert, key } = selfSigned(hosts, nowMs)
  const read = new X509Certificate(cert)
  expect(read.subjectAltName).toBe(
    'DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1, IP Address:FE80:0:0:0:0:0:1:2, DNS:mock.example, IP Address:0:0:0:0:0:FFFF:102:304',
  )
  expect([read.checkHost('mock.example'), read.checkHost('other.example')]).toEqual([
    'mock.example',
    undefined,
  ])
  expect([read.checkIP('::1'), read.checkIP('10.0.0.1')]).toEqual(['::1', undefined])
  expect([read.validFrom, read.validTo]).toEqual([
    'Feb 28 12:00:00 2026 GMT',
    'Mar  1 12:00:00 2027 GMT',
  ])
  expect(read.ca).toBe(true)
  expect(read.verify(read.publicKey)).toBe(true)
  expect(read.checkIssued(read)).toBe(true)
  expect(read.checkPrivateKey(createPrivateKey(key))).toBe(true)
})

test('two of them have nothing in common', () => {
  const [a, b] = [1, 2].map(() => new X509Certificate(selfSigned(hosts, nowMs).cert))
  expect(a!.serialNumber).not.toBe(b!.serialNumber)
  expect(a!.verify(b!.publicKey)).toBe(false)
})

test.each([
  ['an integer', integer(Buffer.of(0x7f)), '02017f'],
  ['one whose first bit is set', integer(Buffer.of(0x80)), '02020080'],
  ['an object id', objectId('1.2.840.10045.4.3.2'), '06082a8648ce3d040302'],
  ['127 bytes', octets(Buffer.alloc(127)).subarray(0, 2), '047f'],
  ['128 bytes', octets(Buffer.alloc(128)).subarray(0, 3), '048180'],
  ['256 bytes', octets(Buffer.alloc(256)).subarray(0, 4), '04820100'],
  ['a time', time(Date.parse('2049-12-31T23:59:59Z')), '170d3439313233313233353935395a'],
  ['a time beyond 2049', time(Date.parse('2050-01-01T00:00:00Z')).subarray(0, 6), '180f32303530'],
])('%s in DER', (_, bytes, hex) => {
  expect(bytes.toString('hex')).toBe(hex)
})
