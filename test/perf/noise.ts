/** How much of the processors' time a virtual machine did not get, as Linux tells it: the noise of a measurement. */
import { readFileSync } from 'node:fs'

/** Returns the share, 0 to 1, stolen since it was asked for; undefined where nothing tells. */
export function watchStolenTime(): () => number | undefined {
  const before = read()
  return () => {
    const now = read()
    if (!before || !now) return undefined
    const all = now.all - before.all
    return all > 0 ? (now.stolen - before.stolen) / all : undefined
  }
}

/** Ticks since the machine started. */
function read(): { all: number; stolen: number } | undefined {
  try {
    const [, ...ticks] = readFileSync('/proc/stat', 'latin1').split('\n', 1)[0]!.split(/\s+/)
    const [user = 0, nice = 0, system = 0, idle = 0, wait = 0, irq = 0, softirq = 0, stolen = 0] =
      ticks.map(Number)
    return { all: user + nice + system + idle + wait + irq + softirq + stolen, stolen }
  } catch {
    return undefined // not Linux
  }
}
