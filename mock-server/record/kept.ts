/** What was read and may be asked for again, as long as it all fits: the longest unused goes first. */

export interface Kept<K, V> {
  /** The value of `key`, loaded if it is not here; a load that fails is not kept. */
  get(key: K, load: () => Promise<V>): Promise<V>
  put(key: K, value: V): void
}

export function createKept<K, V>(maxBytes: number, sizeOf: (value: V) => number): Kept<K, V> {
  const values = new Map<K, V>()
  const loading = new Map<K, Promise<V>>()
  let heldBytes = 0

  function remove(key: K): void {
    const value = values.get(key)
    if (value === undefined) return
    values.delete(key)
    heldBytes -= sizeOf(value)
  }

  function put(key: K, value: V): void {
    remove(key)
    const bytes = sizeOf(value)
    if (bytes > maxBytes) return
    values.set(key, value)
    heldBytes += bytes
    for (const oldest of values.keys()) {
      if (heldBytes <= maxBytes) break
      remove(oldest)
    }
  }

  async function loaded(key: K, load: () => Promise<V>): Promise<V> {
    try {
      const value = await load()
      put(key, value)
      return value
    } finally {
      loading.delete(key)
    }
  }

  return {
    put,
    async get(key, load) {
      const value = values.get(key)
      if (value !== undefined) {
        values.delete(key) // to the end of the line
        values.set(key, value)
        return value
      }
      const already = loading.get(key) ?? loaded(key, load)
      if (!values.has(key)) loading.set(key, already)
      return already
    },
  }
}
