/** The package itself: where it lies, and its version. */
import { readFileSync } from 'node:fs'

/** One folder up from the sources, two from `dist/`. */
function findRoot(): { root: URL; version: string } {
  for (const place of ['../', '../../']) {
    const root = new URL(place, import.meta.url)
    try {
      const { name, version } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'))
      if (name === 'tokadence') return { root, version }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
  }
  throw new Error('The package.json of tokadence was not found beside its sources.')
}

/** The folder of package.json, with a slash at its end. */
export const { root: packageRoot, version } = findRoot()
