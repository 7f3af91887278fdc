/** Loads a script: Node itself where it can, else by tsx where that is installed. */
import { createRequire } from 'node:module'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { OptionError, type Origin } from '../../base/option-error.ts'
import type { Script } from './script.ts'

/** `origin`: where the script was named. Throws OptionError for a file that is no script. */
export async function loadScript(path: string, origin?: Origin): Promise<Script> {
  const refuse = (why: string, cause?: unknown) =>
    new OptionError('script', path, why, { origin, cause })
  const file = resolve(path)
  let module: Partial<Record<'next' | 'check', unknown>>
  try {
    module = await importScript(file)
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    if (code === 'ERR_UNKNOWN_FILE_EXTENSION') throw refuse(noTypeScript, cause)
    throw refuse(`it cannot be loaded: ${message}`, cause)
  }
  const { next, check } = module
  const isScript = [next, check].every(part => part === undefined || typeof part === 'function')
  if (!isScript || (next === undefined && check === undefined)) {
    throw refuse('it must export a function next, or check, or both')
  }
  return { next, check } as Script
}

const noTypeScript = `Node ${process.versions.node} reads no TypeScript: install tsx beside the script (npm install -D tsx), use Node 22.18 or newer, or write it as .mjs`

async function importScript(file: string): Promise<object> {
  const url = pathToFileURL(file).href
  try {
    return await import(url)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_UNKNOWN_FILE_EXTENSION') throw error
    const tsx = findTsx(file)
    if (tsx === undefined) throw error
    const { tsImport } = await import(tsx)
    return await tsImport(url, import.meta.url)
  }
}

/** Where tsx is, for the script or for this package; undefined: it is not installed. */
function findTsx(file: string): string | undefined {
  for (const from of [pathToFileURL(file).href, import.meta.url]) {
    try {
      // What is found is the half for `require`; the one for `import` is beside it.
      const path = createRequire(from)
        .resolve('tsx/esm/api')
        .replace(/\.cjs$/, '.mjs')
      return pathToFileURL(path).href
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error
    }
  }
  return undefined
}
