/** The live page as one file: nothing in it asks for anything but the control plane that served it. */
import { createHash } from 'node:crypto'
import { chartScript } from './chart-script.ts'
import { chartStyle } from './chart-style.ts'
import { pageBody } from './markup.ts'
import { pageScript } from './script.ts'
import { settingsScript } from './settings-script.ts'
import { pageStyle } from './style.ts'
import { tablesScript } from './tables-script.ts'

export interface LivePage {
  readonly html: string
  /** Its Content-Security-Policy: its own style and script, and the control plane, are all that it may use. */
  readonly policy: string
}

const style = `${pageStyle}${chartStyle}`
const script = `'use strict';(() => {\n${chartScript}${tablesScript}${settingsScript}${pageScript}})()\n`

/** `origin`: where the server listens, which is the page's title. */
export function formatPage(origin: string): LivePage {
  const name = origin
    .replace(/^https?:\/\//, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${name} – tokadence</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
${pageBody(name)}
<script>${script}</script>
</body>
</html>
`
  const policy = [
    "default-src 'none'",
    `style-src ${hashOf(style)}`,
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
