/**
 * Who may use the control plane: this machine, or whoever has the token.
 *
 * Being on this machine is not enough for a browser, which runs other people's pages here: one that has had its
 * name point to 127.0.0.1 (DNS rebinding) is told by the Host it asks for, one that posts across sites by its Origin.
 * Neither can send the token, so whoever sends it is asked nothing else.
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { Application } from 'express'
import type { ApiError } from '../../../protocol/errors/api-error.ts'
import {
  foreignHost,
  foreignOrigin,
  onlyThisMachine,
  wrongControlToken,
} from '../../../protocol/errors/control.ts'
import type { Provider } from '../../provider.ts'
import { refuse } from './resource.ts'

/** What is known of a request before it is let in. */
export interface Visitor {
  /** The other end's address. */
  readonly peer: string | undefined
  readonly method: string
  readonly host?: string | undefined
  readonly origin?: string | undefined
  readonly authorization?: string | undefined
  /** What a proxy adds about whom it asks for: then the peer is the proxy's. */
  readonly forwarded?: string | undefined
}

export interface Doors {
  readonly token: string | undefined
  /** The address that is listened on. */
  readonly boundHost: string
}

export function addAccess(app: Application, { options }: Provider): void {
  const doors = { token: options.controlToken, boundHost: options.host }
  app.use('/_tokadence', (request, response, next) => {
    // What is read here is nothing for a page of another site to load as its own.
    response.set({
      'cross-origin-resource-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
    })
    const { method, headers, socket } = request
    const { host, origin, authorization } = headers
    const forwarded = headers.forwarded ?? headers['x-forwarded-for']?.toString()
    const visitor = { peer: socket.remoteAddress, method, host, origin, authorization, forwarded }
    // The page itself tells nothing: it is what asks for the token.
    const isPage = method === 'GET' && request.path === '/' && doors.token !== undefined
    const refusal = isPage ? undefined : refusalOf(visitor, doors)
    if (!refusal) return next()
    request.resume()
    refuse(response, refusal)
  })
}

/** Why the visitor is not let in; undefined: let in. */
export function refusalOf(visitor: Visitor, { token, boundHost }: Doors): ApiError | undefined {
  const { peer = '', method, host, origin, authorization, forwarded } = visitor
  if (token !== undefined && holds(authorization, token)) return undefined
  if (forwarded !== undefined || !isLoopbackAddress(peer)) {
    return token === undefined ? onlyThisMachine() : wrongControlToken()
  }
  // HTTP/1.0 has no Host; browsers always send one.
  if (host !== undefined && !isOwnName(nameOf(host), boundHost)) return foreignHost(host)
  const changes = method !== 'GET' && method !== 'HEAD'
  if (changes && origin !== undefined && !isSameSite(origin, host)) return foreignOrigin(origin)
  return undefined
}

/** As long for a wrong token as for a right one. */
function holds(authorization: string | undefined, token: string): boolean {
  const given = /^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1]
  return given !== undefined && timingSafeEqual(digest(given), digest(token))
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

function isLoopbackAddress(address: string): boolean {
  return /^(::1|(::ffff:)?127\.\d+\.\d+\.\d+)$/i.test(address)
}

/** A Host without its port; brackets of IPv6 off. */
function nameOf(host: string): string {
  return host
    .replace(/:\d*$/, '')
    .replace(/^\[(.*)\]$/, '$1')
    .toLowerCase()
}

/** `localhost` and what is below it never leave this machine (RFC 6761 §6.3). */
function isOwnName(name: string, boundHost: string): boolean {
  return (
    isLoopbackAddress(name) ||
    /^(.+\.)?localhost\.?$/.test(name) ||
    name === boundHost.toLowerCase()
  )
}

function isSameSite(origin: string, host: string | undefined): boolean {
  return /^https?:\/\/(.*)$/i.exec(origin)?.[1]?.toLowerCase() === host?.toLowerCase()
}
