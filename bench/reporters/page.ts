/** The frame of every report: one self-contained page, without scripts, for light, dark, paper and screen readers. */
import { html } from './markup.ts'
import { reportStyle } from './style.ts'

/** Texts are made safe here; `main` and `footer` are HTML. */
export interface Page {
  /** What stands in the tab before the dash. */
  readonly title: string
  /** What made it, such as `tokadence bench`; in the tab after the dash, too, unless `product` says otherwise. */
  readonly brand: string
  readonly product?: string
  readonly heading: string
  readonly lead: string
  /** Rules beyond those that all reports share. */
  readonly style?: string
  readonly main: string
  readonly footer: string
}

export function formatPage(page: Page): string {
  const { title, brand, product = brand, heading, lead, style = '', main, footer } = page
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${html(title)} – ${html(product)}</title>
<style>${reportStyle}${style}</style>
</head>
<body>
<header>
<p class="brand">${html(brand)}</p>
<h1>${html(heading)}</h1>
<p class="lead">${html(lead)}</p>
</header>
<main>
${main}
</main>
<footer><p>${footer}</p></footer>
</body>
</html>
`
}
