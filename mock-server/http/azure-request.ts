/** Requests on Azure's paths: sent the way of the path that each stands for. */
import type { IncomingMessage } from 'node:http'
import { azurePath } from '../dialects/azure-path.ts'

export type AzureRequest = IncomingMessage & {
  /** The path as it was asked for. */
  originalUrl?: string
  /** Azure's name in place of a model, where the path has one. */
  deployment?: string | undefined
}

/** Rewrites `url` where the path is one of Azure's. */
export function rewriteAzure(request: AzureRequest): void {
  const { url = '' } = request
  const azure = azurePath(url)
  if (!azure) return
  const query = url.indexOf('?')
  request.originalUrl = url
  request.deployment = azure.deployment
  request.url = `/v1${azure.path}${query < 0 ? '' : url.slice(query)}`
}

/** Where the key of such a request may stand beside `authorization`; undefined: it is none. */
export function azureKeyHeader({ originalUrl }: AzureRequest): string | undefined {
  return originalUrl?.startsWith('/openai/') ? 'api-key' : undefined
}
