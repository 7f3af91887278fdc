/** A number in another tool's table. */
export function shownValue(value: number | null): string {
  if (value === null) return '–'
  return Number.isInteger(value) ? String(value) : value.toFixed(2)
}
