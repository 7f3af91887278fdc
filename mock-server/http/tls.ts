/** HTTPS: with a certificate of files, or one that is made at start. */
import { readFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:https'
import { createSecureContext } from 'node:tls'
import { OptionError } from '../../base/option-error.ts'
import type { ServerOptions } from '../options.ts'
import { type KeyPair, selfSigned } from './certificate.ts'

type TlsOptions = Pick<ServerOptions, 'tlsCert' | 'tlsKey' | 'host'>

export interface SecureServer {
  readonly server: Server
  /** PEM: what a client must trust. */
  readonly certificate: string
}

/** Throws OptionError for files that cannot be read or do not belong together. */
export async function createSecureServer(
  options: TlsOptions,
  wallMs: number,
  settings: object,
): Promise<SecureServer> {
  const pair = (await pairOfFiles(options)) ?? selfSigned(namesOf(options.host), wallMs)
  return { server: createServer({ ...settings, ...pair }), certificate: pair.cert }
}

async function pairOfFiles({ tlsCert, tlsKey }: TlsOptions): Promise<KeyPair | undefined> {
  if (tlsCert === undefined && tlsKey === undefined) return undefined
  if (tlsKey === undefined) throw new OptionError('tlsCert', tlsCert, 'give tlsKey as well')
  if (tlsCert === undefined) throw new OptionError('tlsKey', tlsKey, 'give tlsCert as well')
  const [cert, key] = await Promise.all([read('tlsCert', tlsCert), read('tlsKey', tlsKey)])
  try {
    createSecureContext({ cert, key })
  } catch (cause) {
    const why = `it and tlsKey cannot be used: ${(cause as Error).message}`
    throw new OptionError('tlsCert', tlsCert, why, { cause })
  }
  return { cert, key }
}

async function read(option: string, path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    throw new OptionError(option, path, `it cannot be read (${code})`, { cause })
  }
}

/** By what names clients on this machine, and elsewhere, ask for it. */
function namesOf(host: string): string[] {
  const isAny = host === '0.0.0.0' || host === '::'
  return ['localhost', '127.0.0.1', '::1', ...(isAny ? [] : [host])]
}
