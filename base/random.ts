/**
 * Seeded chance. A stream is named by its keys, never by when it was asked for, so the same
 * (seed, request key, attempt) draws the same numbers at any concurrency.
 *
 * Generator: sfc32 by Chris Doty-Humphrey (PractRand), 128 bits of state, seeded through FNV-1a
 * and the murmur3 finaliser.
 */

export interface Random {
  /** Uniform in [0, 1), 32 bits of resolution. */
  next(): number
  /** Uniform integer in [0, bound). */
  integer(bound: number): number
  /** Standard normal deviate (Box–Muller, one draw of two kept). */
  normal(): number
  /** One element of a non-empty list. */
  pick<T>(list: readonly T[]): T
  /** An independent stream named by this stream's keys plus `key`; takes no draw from this one. */
  fork(key: string | number): Random
}

/** 32-bit FNV-1a over the UTF-16 units of `text`, continued from `hash`. */
export function fnv1a(text: string, hash = 0x811c9dc5): number {
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  }
  return hash >>> 0
}

/** murmur3's finaliser: one to one on 32 bits, and every input bit reaches every output bit. */
export function mixBits(hash: number): number {
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

const KEY_SEPARATOR = '\u001f'

export function createRandom(...keys: readonly (string | number)[]): Random {
  return fromIdentity(keys.join(KEY_SEPARATOR))
}

function fromIdentity(identity: string): Random {
  const hash = fnv1a(identity)
  const second = fnv1a(identity, 0x9747b28c)
  let a = mixBits(hash)
  let b = mixBits(second)
  let c = mixBits(hash ^ second)
  let counter = 1

  function next(): number {
    const sum = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + sum
    c |= 0
    return (sum >>> 0) / 4_294_967_296
  }
  for (let i = 0; i < 12; i++) next()

  const random: Random = {
    next,
    integer: bound => Math.floor(next() * bound),
    normal() {
      const radius = Math.sqrt(-2 * Math.log(1 - next()))
      return radius * Math.cos(2 * Math.PI * next())
    },
    pick: list => list[Math.floor(next() * list.length)] as (typeof list)[number],
    fork: key => fromIdentity(identity + KEY_SEPARATOR + key),
  }
  return random
}
