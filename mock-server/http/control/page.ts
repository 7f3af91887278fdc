/** `GET /_tokadence/`: the live page. */
import type { Application } from 'express'
import { formatPage } from '../../page/page.ts'
import type { Provider } from '../../provider.ts'

export function addPage(app: Application, { origin }: Provider): void {
  const { html, policy } = formatPage(origin)
  app.get('/_tokadence', (request, response) => {
    if (!request.path.endsWith('/')) {
      response.redirect(308, '/_tokadence/')
      return
    }
    response
      .status(200)
      .set({
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy': policy,
        'cache-control': 'no-store',
        'referrer-policy': 'no-referrer',
      })
      .send(html)
  })
}
