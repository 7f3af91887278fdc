/** ASN.1 in DER (X.690), as much of it as a certificate takes. */

/** A value with its tag and its length before it. */
function value(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(contents)
  const { length } = content
  if (length < 128) return Buffer.concat([Buffer.from([tag, length]), content])
  const digits = length < 256 ? [length] : [length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, 0x80 | digits.length, ...digits]), content])
}

/** Its parts in order; 64 KiB at most, as of all values here. */
export function sequence(...parts: readonly Uint8Array[]): Buffer {
  return value(0x30, ...parts)
}

export function set(...parts: readonly Uint8Array[]): Buffer {
  return value(0x31, ...parts)
}

/** `bytes`: a whole number that is not negative, its highest byte first. */
export function integer(bytes: Uint8Array): Buffer {
  // A first bit that is set would be a minus sign.
  return bytes[0]! >= 0x80 ? value(0x02, Buffer.of(0), bytes) : value(0x02, bytes)
}

export function boolean(is: boolean): Buffer {
  return value(0x01, Buffer.of(is ? 0xff : 0))
}

export function octets(...bytes: readonly Uint8Array[]): Buffer {
  return value(0x04, ...bytes)
}

/** `unused`: how many bits of the last byte mean nothing. */
export function bits(bytes: Uint8Array, unused = 0): Buffer {
  return value(0x03, Buffer.of(unused), bytes)
}

export function text(of: string): Buffer {
  return value(0x0c, Buffer.from(of))
}

/** `1.2.840.10045.4.3.2` */
export function objectId(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  return value(0x06, Buffer.from([first * 40 + second, ...rest].flatMap(base128)))
}

/** Seven bits a byte; all but the last have the eighth set. */
function base128(part: number): number[] {
  const digits = [part & 0x7f]
  for (let rest = part >> 7; rest > 0; rest >>= 7) digits.unshift((rest & 0x7f) | 0x80)
  return digits
}

/** To the second. UTCTime ends with 2049, as RFC 5280 §4.1.2.5 has it. */
export function time(wallMs: number): Buffer {
  const digits = new Date(wallMs).toISOString().replace(/\.\d+|[-:T]/g, '')
  return Number(digits.slice(0, 4)) < 2050
    ? value(0x17, Buffer.from(digits.slice(2)))
    : value(0x18, Buffer.from(digits))
}

/** `[tag] EXPLICIT`: the whole of another value. */
export function explicit(tag: number, inner: Uint8Array): Buffer {
  return value(0xa0 | tag, inner)
}

/** `[tag] IMPLICIT` of a value that is not composed. */
export function implicit(tag: number, content: Uint8Array): Buffer {
  return value(0x80 | tag, content)
}
