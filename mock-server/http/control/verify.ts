/** `POST /_tokadence/verify`: whether clients did as expected, by the journal. */
import type { Application } from 'express'
import { finishInSlices } from '../../../base/slices.ts'
import type { Provider } from '../../provider.ts'
import { readExpectations } from '../../verify/expectation.ts'
import { judging } from '../../verify/verify.ts'
import { witnessedBy } from '../../verify/witnessed.ts'
import { addResource } from './resource.ts'

/** 200 whether it passed or not: `passed` says which. */
export function addVerify(app: Application, provider: Provider): void {
  addResource(app, provider, '/_tokadence/verify', {
    POST: ({ body }) => finishInSlices(judging(readExpectations(body), witnessedBy(provider))),
  })
}
