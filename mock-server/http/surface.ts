/** The families of endpoints by the first segment of their paths; one is loaded at its first request. */
import type { Provider } from '../provider.ts'
import { type Endpoint, type RequestHandler, serveEndpoints } from './endpoint.ts'

type Family = (provider: Provider) => Promise<RequestHandler>

const families: ReadonlyMap<string, Family> = new Map(
  Object.entries({
    audio: family(async () => (await import('./endpoints/audio.ts')).audioEndpoints),
    batches: family(async () => (await import('./endpoints/batches.ts')).batchEndpoints),
    chat: family(async () => (await import('./endpoints/chat.ts')).chatEndpoints),
    completions: family(
      async () => (await import('./endpoints/completions.ts')).completionEndpoints,
    ),
    conversations: family(
      async () => (await import('./endpoints/conversations.ts')).conversationEndpoints,
    ),
    embeddings: family(async () => (await import('./endpoints/embeddings.ts')).embeddingEndpoints),
    files: family(async () => (await import('./endpoints/files.ts')).fileEndpoints),
    images: family(async () => (await import('./endpoints/images.ts')).imageEndpoints),
    messages: family(async () => (await import('./endpoints/messages.ts')).messageEndpoints),
    models: family(async () => (await import('./endpoints/models.ts')).modelEndpoints),
    moderations: family(
      async () => (await import('./endpoints/moderations.ts')).moderationEndpoints,
    ),
    responses: family(async () => (await import('./endpoints/responses.ts')).responseEndpoints),
    uploads: family(async () => (await import('./endpoints/uploads.ts')).uploadEndpoints),
  }),
)

function family(load: () => Promise<(provider: Provider) => readonly Endpoint[]>): Family {
  return async provider => serveEndpoints(provider, (await load())(provider))
}

/** Finds the handler of a path, such as `/v1/files/file-1` or `/files`; undefined: no family has it. */
export function createSurface(provider: Provider): (path: string) => RequestHandler | undefined {
  const handlers = new Map<string, RequestHandler>()
  return path => {
    const name = FIRST_SEGMENT.exec(path)?.[1] ?? ''
    const known = handlers.get(name)
    if (known) return known
    const load = families.get(name)
    if (!load) return undefined
    const handler = lazily(() => load(provider))
    handlers.set(name, handler)
    return handler
  }
}

const FIRST_SEGMENT = /^(?:\/v1)?\/([a-z_]+)(?=\/|$)/

/** A handler that is made at its first request. */
export function lazily(make: () => Promise<RequestHandler>): RequestHandler {
  let made: Promise<RequestHandler> | undefined
  let handler: RequestHandler | undefined
  return (request, response) => {
    if (handler) return handler(request, response)
    made ??= make()
    made.then(
      ready => {
        handler = ready
        ready(request, response)
      },
      error => response.destroy(error),
    )
  }
}
