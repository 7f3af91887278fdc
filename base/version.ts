/** The package's version, from its package.json. */
import { readFileSync } from 'node:fs'

/** The nearest package.json above this file: one folder up in the sources, two in `dist/`. */
function readVersion(): string {
  for (const place of ['../package.json', '../../package.json']) {
    try {
      const { name, version } = JSON.parse(readFileSync(new URL(place, import.meta.url), 'utf8'))
      if (name === 'tokadence') return version
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
  }
  throw new Error('The package.json of tokadence was not found beside its sources.')
}

export const version: string = readVersion()
