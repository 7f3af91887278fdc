/** A mock server in a process of its own, whose pace is known: says its URL, and ends with who asked for it. */
import { createMockServer } from '../../mock-server/index.ts'
import { pairedPace } from './paired-pace.ts'

const mock = await createMockServer({ ...pairedPace, port: 0, logLevel: 'error' })
process.once('disconnect', () => mock.close())
process.send?.(mock.url)
