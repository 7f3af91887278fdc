/** The relay's page as one file: nothing in it asks for anything but the relay that served it. */
import { type SealedPage, sealPage } from '../../../base/sealed-page.ts'
import { pageBody } from './markup.ts'
import { runScript } from './run-script.ts'
import { pageStyle } from './style.ts'
import { viewScript } from './view-script.ts'

/** `models`: those that may be asked for, the default first. */
export function formatRelayPage(models: readonly string[]): SealedPage {
  const script = `${viewScript}${runScript}`
  return sealPage({ title: 'Relay', body: pageBody(models), style: pageStyle, script })
}
