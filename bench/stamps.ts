/** Times in ms that are added one by one and cleared together: their memory is kept, and none of them is an object of its own. */
export class Stamps {
  count = 0
  private values = new Float64Array(64)

  add(ms: number): void {
    if (this.count === this.values.length) {
      const larger = new Float64Array(this.count * 2)
      larger.set(this.values)
      this.values = larger
    }
    this.values[this.count++] = ms
  }

  /** Good until the next `clear`. */
  all(): Float64Array {
    return this.values.subarray(0, this.count)
  }

  clear(): void {
    this.count = 0
  }
}
