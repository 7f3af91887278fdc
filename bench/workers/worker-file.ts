/** Where a worker's code is, and how a thread comes to run it. */
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

/** Of a build it is JavaScript; that of the sources is TypeScript, which needs tsx where Node itself reads none. */
export function workerFile(): URL {
  const isSource = import.meta.url.endsWith('.ts')
  const file = new URL(isSource ? './thread.ts' : './thread.js', import.meta.url)
  if (!isSource || readsTypeScript()) return file
  // What is found is the half for `require`; the one for modules is beside it.
  const tsx = createRequire(import.meta.url)
    .resolve('tsx/esm/api')
    .replace(/\.cjs$/, '.mjs')
  const [api, url] = [pathToFileURL(tsx).href, file.href].map(text => JSON.stringify(text))
  const code = `import { tsImport } from ${api}\nawait tsImport(${url}, ${url})`
  return new URL(`data:text/javascript,${encodeURIComponent(code)}`)
}

/** Node 22.18 and newer. */
function readsTypeScript(): boolean {
  return Boolean((process.features as { readonly typescript?: unknown }).typescript)
}
