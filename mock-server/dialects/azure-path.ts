/** Where Azure's clients send what OpenAI's send to `/v1`. */

export interface AzurePath {
  /** As the endpoints have it: without `/v1`, without the query. */
  readonly path: string
  /** What stands in place of `model`; undefined: the body names it. */
  readonly deployment: string | undefined
}

/** `/openai/deployments/{deployment}/…`, `/openai/v1/…` and `/openai/…`; undefined: no path of Azure's. */
export function azurePath(url: string): AzurePath | undefined {
  const [whole] = url.split('?', 1)
  const deployed = /^\/openai\/deployments\/([^/]+)(\/.+)$/.exec(whole!)
  if (deployed) return deploymentPath(deployed[1]!, deployed[2]!)
  const path = /^\/openai(?:\/v1)?(\/.+)$/.exec(whole!)?.[1]
  if (path === undefined || /^\/(?:deployments|v1)(?:\/|$)/.test(path)) return undefined
  return { path, deployment: undefined }
}

/** What is done by a deployment; everything else belongs to the resource. */
const DEPLOYED: ReadonlySet<string> = new Set([
  '/completions',
  '/chat/completions',
  '/embeddings',
  '/audio/transcriptions',
  '/audio/translations',
  '/audio/speech',
  '/images/generations',
  '/images/edits',
  '/batches',
])

function deploymentPath(escaped: string, path: string): AzurePath | undefined {
  if (!DEPLOYED.has(path)) return undefined
  try {
    return { path, deployment: decodeURIComponent(escaped) }
  } catch {
    return undefined // a % that escapes nothing
  }
}
