/** The live page as one file: nothing in it asks for anything but the control plane that served it. */
import { type SealedPage, sealPage } from '../../base/sealed-page.ts'
import { chartScript } from './chart-script.ts'
import { chartStyle } from './chart-style.ts'
import { pageBody } from './markup.ts'
import { pageScript } from './script.ts'
import { settingsScript } from './settings-script.ts'
import { pageStyle } from './style.ts'
import { tablesScript } from './tables-script.ts'

const style = `${pageStyle}${chartStyle}`
const script = `${chartScript}${tablesScript}${settingsScript}${pageScript}`

/** `origin`: where the server listens, which is the page's title. */
export function formatPage(origin: string): SealedPage {
  const title = origin
    .replace(/^https?:\/\//, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
  return sealPage({ title, body: pageBody(title), style, script })
}
