/** A certificate that is its own authority (RFC 5280): who is given it trusts this server and no other. */
import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { isIP } from 'node:net'
import {
  bits,
  boolean,
  explicit,
  implicit,
  integer,
  objectId,
  octets,
  sequence,
  set,
  text,
  time,
} from './der.ts'

/** Both PEM. */
export interface KeyPair {
  readonly cert: string
  readonly key: string
}

const DAY_MS = 86_400_000
/** Clocks of two machines are not quite the same. */
const BEFORE_MS = DAY_MS
const VALID_MS = 365 * DAY_MS

const ECDSA_WITH_SHA256 = sequence(objectId('1.2.840.10045.4.3.2'))
const COMMON_NAME = objectId('2.5.4.3')
const SERVER_AUTH = objectId('1.3.6.1.5.5.7.3.1')

/** `hosts`: names and IP addresses that it is for. Its key is made anew with every call. */
export function selfSigned(hosts: readonly string[], wallMs: number): KeyPair {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
  const spki = publicKey.export({ type: 'spki', format: 'der' })
  const name = sequence(set(sequence(COMMON_NAME, text('tokadence'))))
  // Positive, and with its first bit clear no byte longer than the 20 that are allowed.
  const serial = randomBytes(16)
  serial[0] = (serial[0]! & 0x7f) | 0x40
  const signed = sequence(
    explicit(0, integer(Buffer.of(2))), // version 3
    integer(serial),
    ECDSA_WITH_SHA256,
    name,
    sequence(time(wallMs - BEFORE_MS), time(wallMs + VALID_MS)),
    name,
    spki,
    explicit(3, extensions(hosts, spki)),
  )
  const signature = sign('sha256', signed, privateKey)
  return {
    cert: pem('CERTIFICATE', sequence(signed, ECDSA_WITH_SHA256, bits(signature))),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  }
}

function extensions(hosts: readonly string[], spki: Uint8Array): Buffer {
  const keyId = createHash('sha1').update(spki).digest()
  return sequence(
    extension('2.5.29.19', sequence(boolean(true)), true), // an authority, or it could not vouch for itself
    extension('2.5.29.15', bits(Buffer.of(0b1000_0100), 2), true), // signs data, signs certificates
    extension('2.5.29.37', sequence(SERVER_AUTH)),
    extension('2.5.29.14', octets(keyId)),
    extension('2.5.29.17', sequence(...[...new Set(hosts)].map(alternativeName))),
  )
}

function extension(id: string, content: Uint8Array, isCritical = false): Buffer {
  const critical = isCritical ? [boolean(true)] : []
  return sequence(objectId(id), ...critical, octets(content))
}

function alternativeName(host: string): Buffer {
  return isIP(host) === 0 ? implicit(2, Buffer.from(host)) : implicit(7, addressBytes(host))
}

/** The four bytes of an IPv4 address, the sixteen of an IPv6 one. */
function addressBytes(address: string): Buffer {
  if (isIP(address) === 4) return Buffer.from(address.split('.').map(Number))
  // A URL writes IPv6 in one way: short, and without an IPv4 address at its end.
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::')
  const groups = (part = '') => part.split(':').filter(group => group !== '')
  const [first, last] = [groups(head), groups(tail)]
  const between = tail === undefined ? 0 : 8 - first.length - last.length
  const all = [...first, ...new Array<string>(between).fill('0'), ...last]
  return Buffer.from(all.map(group => group.padStart(4, '0')).join(''), 'hex')
}

function pem(label: string, der: Buffer): string {
  const lines = der.toString('base64').replace(/.{64}/g, '$&\n').trimEnd()
  return `-----BEGIN ${label}-----\n${lines}\n-----END ${label}-----\n`
}
