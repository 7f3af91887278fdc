/** A real nginx on loopback in front of a server of the test's, with its defaults; it can be stopped and started again. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eventually } from './eventually.ts'
import { freePort } from './prometheus.ts'

/** Debian has it where only root looks. */
const program = '/usr/sbin/nginx'

export const isNginxMissing = spawnSync(program, ['-v']).error !== undefined

export interface Nginx extends AsyncDisposable {
  /** `http://127.0.0.1:PORT`; what is under /deaf/ does not heed X-Accel-Buffering. */
  readonly origin: string
  /** Cuts every connection, those that stream too. */
  stop(): Promise<void>
  /** On the same port. */
  start(): Promise<void>
}

/** `target`: the origin behind it. Nothing is set but the addresses: buffering, HTTP/1.0 and Host are nginx's own. */
export async function startNginx(target: string): Promise<Nginx> {
  const folder = await mkdtemp(join(tmpdir(), 'tokadence-nginx-'))
  const port = await freePort()
  await mkdir(join(folder, 'temp'))
  await writeFile(join(folder, 'nginx.conf'), configOf(folder, port, target))
  let child: ChildProcess | undefined
  let log = ''

  async function start(): Promise<void> {
    const started = spawn(program, ['-p', folder, '-c', 'nginx.conf', '-e', 'stderr'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    child = started
    started.stderr?.on('data', part => {
      log = (log + part).slice(-4000)
    })
    await once(started, 'spawn')
    await eventually(async () => {
      if (started.exitCode !== null) throw new Error(`nginx ended: ${log}`)
      return (await listens(port)) ? true : undefined
    })
  }

  async function stop(): Promise<void> {
    const ending = child
    child = undefined
    if (!ending || ending.exitCode !== null) return
    ending.kill('SIGTERM')
    await once(ending, 'exit')
  }

  await start()
  return {
    origin: `http://127.0.0.1:${port}`,
    start,
    stop,
    async [Symbol.asyncDispose]() {
      await stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** One process, so that its end is the end of all of it. */
function configOf(folder: string, port: number, target: string): string {
  const temps = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map(name => `${name}_temp_path ${folder}/temp/${name};`)
    .join('\n  ')
  return `daemon off;
master_process off;
pid ${folder}/nginx.pid;
error_log stderr warn;
events {}
http {
  access_log off;
  ${temps}
  server {
    listen 127.0.0.1:${port};
    location / { proxy_pass ${target}; }
    location /deaf/ {
      proxy_pass ${target}/;
      proxy_ignore_headers X-Accel-Buffering;
    }
  }
}
`
}

function listens(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(port, '127.0.0.1')
    socket.on('connect', () => resolve(true)).on('error', () => resolve(false))
    socket.on('connect', () => socket.destroy())
  })
}
