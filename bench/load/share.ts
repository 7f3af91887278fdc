/** A part of a load: every `of`-th of whatever is counted, from `number` on, so that all parts together are the load. */
export interface Share {
  readonly number: number
  readonly of: number
}

export const wholeLoad: Share = { number: 0, of: 1 }

/** How many of `total` are in it: of 7 by three 3, 2 and 2. */
export function sizeOf({ number, of }: Share, total: number): number {
  return Math.max(0, Math.ceil((total - number) / of))
}

/** Which of all its own `i`-th is. */
export function placeOf({ number, of }: Share, i: number): number {
  return number + i * of
}
