import { expect, test } from 'vitest'
import { admit, readOrigins } from '../../../../client/relay/origin.ts'

const app = 'https://app.example'
const rules = { allowed: readOrigins([`${app}/`]), isLoopback: true }
const open = { ...rules, isLoopback: false }
const home = '127.0.0.1:4020'

test.each([
  ['another program', { host: home }, rules, 'in'],
  ['its own page', { origin: `http://${home}`, host: home }, rules, 'in'],
  [
    'its own page under a name',
    { origin: 'http://localhost:4020', host: 'localhost:4020' },
    rules,
    'in',
  ],
  ['IPv6', { origin: 'http://[::1]:4020', host: '[::1]:4020' }, rules, 'in'],
  ['a page of another port', { origin: 'http://127.0.0.1:80', host: home }, rules, 403],
  [
    'its own page behind a proxy',
    { origin: 'http://127.0.0.1:80', host: home, fetchSite: 'same-origin' },
    rules,
    'in',
  ],
  ['a page that was named', { origin: app, host: home }, rules, app],
  [
    'a page of the named host without TLS',
    { origin: 'http://app.example', host: home },
    rules,
    403,
  ],
  [
    'a foreign page',
    { origin: 'https://evil.example', host: home, fetchSite: 'cross-site' },
    rules,
    403,
  ],
  ['a page without an origin', { origin: 'null', host: home }, rules, 403],
  [
    'a foreign name for this machine',
    { origin: 'http://evil.example', host: 'evil.example' },
    rules,
    421,
  ],
  [
    'a foreign name, the browser thinks it is one site',
    { host: 'evil.example', fetchSite: 'same-origin' },
    rules,
    421,
  ],
  ['a name that only begins well', { host: '127.0.0.1.evil.example' }, rules, 421],
  ['the public name, passed on by a proxy', { origin: app, host: 'app.example' }, rules, app],
  ['no host at all', {}, rules, 421],
  [
    'any name, where others may come',
    { origin: 'http://relay.lan', host: 'relay.lan' },
    open,
    'in',
  ],
  [
    'a foreign page, where others may come',
    { origin: 'https://evil.example', host: 'relay.lan' },
    open,
    403,
  ],
] as const)('%s', (_, asking, under, expected) => {
  const { refusal, cors } = admit(
    { origin: undefined, host: undefined, fetchSite: undefined, ...asking },
    under,
  )
  expect(refusal?.status ?? cors ?? 'in').toBe(expected)
})

test.each(['app.example', 'https://app.example/path', 'ftp://app.example', '*', 'null'])(
  '%s is no origin',
  text => {
    expect(() => readOrigins([text])).toThrow(
      `origin: "${text}" is not allowed; write an origin such as https://app.example, without a path`,
    )
  },
)
