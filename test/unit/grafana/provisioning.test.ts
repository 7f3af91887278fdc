/** Data source, folder, scrape configuration and Compose agree with one another. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parse } from 'yaml'

interface Compose {
  services: Record<string, { ports?: string[]; expose?: string[]; volumes?: string[] }>
}
interface Scrapes {
  global: { scrape_interval: string; scrape_timeout: string }
  rule_files: string[]
  scrape_configs: { job_name: string; static_configs: { targets: string[] }[] }[]
}

const compose = read<Compose>('docker-compose.yml')
const prometheus = read<Scrapes>('grafana/prometheus/prometheus.yml')
const { datasources } = read<{
  datasources: { uid: string; type: string; url: string; jsonData: { timeInterval: string } }[]
}>('grafana/provisioning/datasources/prometheus.yml')
const { providers } = read<{ providers: { options: { path: string } }[] }>(
  'grafana/provisioning/dashboards/provider.yml',
)

test('Grafana knows the scrape interval, or its rates would be wrong', () => {
  expect(datasources[0]).toMatchObject({
    uid: 'prometheus',
    type: 'prometheus',
    url: 'http://prometheus:9090',
    jsonData: { timeInterval: prometheus.global.scrape_interval },
  })
})

test('Prometheus scrapes services of the compose file on ports that they open', () => {
  const targets = prometheus.scrape_configs.map(({ job_name, static_configs }) => [
    job_name,
    static_configs.flatMap(({ targets }) => targets),
  ])
  expect(targets).toEqual([
    ['tokadence-mock', ['mock:4010']],
    ['tokadence-bench', ['bench:9464']],
  ])
  expect(compose.services.mock?.ports).toContain('127.0.0.1:4010:4010')
  expect(compose.services.bench?.expose).toContain('9464')
})

test('the folder that Grafana loads is the one that Compose mounts', () => {
  const mounted = compose.services.grafana?.volumes
  expect(mounted).toContain(`./grafana/dashboards:${providers[0]!.options.path}:ro`)
  for (const part of ['datasources', 'dashboards']) {
    const path = `grafana/provisioning/${part}`
    expect(mounted).toContain(`./${path}:/etc/${path}:ro`)
  }
})

test('rules lie beside the configuration, where both Prometheus and its container find them', () => {
  expect(prometheus.rule_files).toEqual(['rules/*.yml'])
  expect(compose.services.prometheus?.volumes).toContain('./grafana/prometheus:/etc/prometheus:ro')
})

function read<T>(path: string): T {
  return parse(readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8')) as T
}
