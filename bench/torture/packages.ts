/** Packages that a user has installed: found from a folder of theirs, loaded with their version. */
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

export interface Found<T> {
  readonly module: T
  readonly version: string
  /** The file that was loaded. */
  readonly path: string
}

/** What is exported as `specifier` by the first of `folders` that has it; undefined: none. A folder's parents count. */
export function findPackage<T>(
  specifier: string,
  folders: readonly string[],
): Found<T> | undefined {
  for (const folder of folders) {
    const load = createRequire(join(folder, 'any.js'))
    const path = resolved(load, specifier)
    if (path !== undefined) return { module: load(path) as T, version: versionAt(path), path }
  }
  return undefined
}

function resolved(load: NodeJS.Require, specifier: string): string | undefined {
  try {
    return load.resolve(specifier)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? ''
    if (/^(MODULE_NOT_FOUND|ERR_PACKAGE_PATH_NOT_EXPORTED)$/.test(code)) return undefined
    throw error
  }
}

/** From the nearest package.json that has one: some folders hold a package.json that only says `type`. */
function versionAt(path: string): string {
  for (let folder = dirname(path); folder !== dirname(folder); folder = dirname(folder)) {
    const file = join(folder, 'package.json')
    if (!existsSync(file)) continue
    const { version } = JSON.parse(readFileSync(file, 'utf8')) as { version?: string }
    if (version !== undefined) return version
  }
  return '?'
}
