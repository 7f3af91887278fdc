/** UUIDs of version 4, drawn or made of digits that are there. */
import type { Random } from '../../base/random.ts'
import { hexadecimal } from '../../protocol/ids.ts'

export function drawUuid(random: Random): string {
  return uuidOf(hexadecimal(random, 32))
}

/** `hex`: 32 hexadecimal digits, of which six bits give way to version and variant. */
export function uuidOf(hex: string): string {
  const variant = (8 + (Number.parseInt(hex[16]!, 16) % 4)).toString(16)
  const parts = [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`]
  return [...parts, variant + hex.slice(17, 20), hex.slice(20)].join('-')
}
