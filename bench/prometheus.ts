/** The metrics' two ways out: a page to scrape while the run lasts, a push when it is over. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { OptionError } from '../base/option-error.ts'
import type { Shown } from './exports/joined-instruments.ts'
import type { NativeMetrics } from './exports/native-metrics.ts'
import { encodePage, protobufContentType, takesProtobuf } from './exports/protobuf-page.ts'

export interface MetricsPage {
  readonly url: string
  close(): Promise<void>
}

/** Serves `/metrics`, with native histograms to whoever takes them. Throws OptionError when the port is taken. */
export async function serveMetrics(
  instruments: Shown,
  {
    host,
    port,
    native,
  }: { host: string; port: number; native?: Pick<NativeMetrics, 'histograms'> | undefined },
): Promise<MetricsPage> {
  const registry = await instruments.registry()
  const server = createServer((request, response) => {
    if (request.url !== '/metrics') {
      response.writeHead(404).end('The metrics are at /metrics.\n')
      return
    }
    if (native && takesProtobuf(request.headers.accept)) {
      const page = encodePage(instruments.families(), native.histograms)
      response.setHeader('content-type', protobufContentType).end(page)
      return
    }
    registry.metrics().then(
      text => response.setHeader('content-type', registry.contentType).end(text),
      (error: Error) => response.writeHead(500).end(`${error.message}\n`),
    )
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', cause => {
      const allowed = `the port cannot be listened on (${(cause as NodeJS.ErrnoException).code})`
      reject(new OptionError('prometheusPort', port, allowed, { cause }))
    })
    server.listen(port, host, resolve)
  })
  const address = server.address() as AddressInfo
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${address.port}/metrics`,
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

const pushTimeoutMs = 5000

/** Adds the run's series to a Pushgateway, grouped by run. Rejects when it does not take them. */
export async function pushMetrics(instruments: Shown, url: string, runId: string): Promise<void> {
  const { default: client } = await import('prom-client')
  const registry = await instruments.registry()
  const gateway = new client.Pushgateway(url, { timeout: pushTimeoutMs }, registry)
  const { resp } = await gateway.pushAdd({
    jobName: 'tokadence_bench',
    groupings: { run_id: runId },
  })
  const { statusCode } = resp as { statusCode?: number }
  if (statusCode === undefined || statusCode > 299) {
    throw new Error(`The Pushgateway at ${url} answered ${statusCode}.`)
  }
}
