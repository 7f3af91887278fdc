/** What the control plane refuses: ours, in the shape of the API's own errors. */
import { ApiError } from './api-error.ts'

/** `message`: the place, the value and what is allowed; `param`: the option's name. */
export function badOption(message: string, param: string | null = null): ApiError {
  return new ApiError(400, message, { param, code: 'invalid_option' })
}

/** All that is wrong at once; `errors` beside the first has each by itself. */
export function badOptions(
  errors: readonly { option: string; message: string; allowed: string; value: unknown }[],
): ApiError {
  const message = errors.map(error => error.message).join('\n')
  return new ApiError(400, `${message}\nNothing was changed.`, {
    param: errors[0]?.option ?? null,
    code: 'invalid_option',
    beside: {
      errors: errors.map(({ option, message, allowed, value = null }) => ({
        param: option,
        value,
        allowed,
        message,
      })),
    },
  })
}

/** `wanted`: what the body should be. */
export function badBody(wanted: string): ApiError {
  return new ApiError(400, `Invalid body: send ${wanted}.`, { code: 'invalid_body' })
}

/** The control plane off this machine, and no token is set. */
export function onlyThisMachine(): ApiError {
  return new ApiError(
    403,
    'The control plane is open to this machine only. To reach it from elsewhere, start the server with --control-token and send it as a bearer token.',
    { code: 'control_plane_closed' },
  )
}

export function wrongControlToken(): ApiError {
  return new ApiError(401, 'The control plane wants its token: Authorization: Bearer TOKEN.', {
    code: 'invalid_control_token',
    headers: { 'www-authenticate': 'Bearer realm="tokadence"' },
  })
}

/** A name that is not this server's: what a page of another site does by DNS rebinding. */
export function foreignHost(host: string): ApiError {
  return new ApiError(
    403,
    `The Host ${JSON.stringify(host.slice(0, 100))} is not this server's: use localhost, 127.0.0.1, [::1] or the address that it listens on, or send the control token.`,
    { code: 'foreign_host' },
  )
}

/** A page of another site may change nothing. */
export function foreignOrigin(origin: string): ApiError {
  return new ApiError(
    403,
    `A page of ${JSON.stringify(origin.slice(0, 100))} may not change anything here.`,
    { code: 'foreign_origin' },
  )
}

/** Time moves by itself. */
export function clockNotManual(): ApiError {
  return new ApiError(
    409,
    "The server runs on the system's clock, which nobody moves. Start it with --clock manual, or by createMockServer({ clock: 'manual' }).",
    { code: 'clock_not_manual' },
  )
}

/** The journal keeps so many of the newest requests; it never was there, or is forgotten. */
export function noSuchRequest(requestId: string): ApiError {
  return new ApiError(
    404,
    `The journal has no request ${JSON.stringify(requestId.slice(0, 100))}: its id is the answer's x-request-id, and the oldest are forgotten.`,
    { param: 'requestId', code: 'request_not_found' },
  )
}
