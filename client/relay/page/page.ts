/** The relay's page as one file: nothing in it asks for anything but the relay that served it. */
import { createHash } from 'node:crypto'
import { pageBody } from './markup.ts'
import { runScript } from './run-script.ts'
import { pageStyle } from './style.ts'
import { viewScript } from './view-script.ts'

export interface RelayPage {
  readonly html: string
  /** Its Content-Security-Policy: its own style and script, and the relay, are all that it may use. */
  readonly policy: string
}

const script = `'use strict';(() => {\n${viewScript}${runScript}})()\n`

/** `models`: those that may be asked for, the default first. */
export function formatRelayPage(models: readonly string[]): RelayPage {
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Relay – tokadence</title>
<link rel="icon" href="data:,">
<style>${pageStyle}</style>
</head>
<body>
${pageBody(models)}
<script>${script}</script>
</body>
</html>
`
  const policy = [
    "default-src 'none'",
    `style-src ${hashOf(pageStyle)}`,
    `script-src ${hashOf(script)}`,
    "connect-src 'self'",
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ]
  return { html, policy: policy.join('; ') }
}

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`
}
