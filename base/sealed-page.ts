/** An HTML page in one file, and the policy that lets it use nothing but its own style, its own script and who served it. */
import { createHash } from 'node:crypto'

export interface SealedPage {
  readonly html: string
  /** Its Content-Security-Policy: style and script are known by their hashes. */
  readonly policy: string
}

export interface PageParts {
  /** HTML, as is the body: what is text in them is escaped already. */
  readonly title: string
  readonly body: string
  readonly style: string
  /** Run in strict mode, in a scope of its own. */
  readonly script: string
}

export function sealPage({ title, body, style, script }: PageParts): SealedPage {
  const scoped = `'use strict';(() => {\n${script}})()\n`
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} – tokadence</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
${body}
<script>${scoped}</script>
</body>
</html>
`
  const policy = [
    "default-src 'none'",
    `style-src ${hashOf(style)}`,
    `script-src ${hashOf(scoped)}`,
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
