import { EventEmitter } from 'node:events'
import type { ServerResponse } from 'node:http'
import { expect, test } from 'vitest'
import { createJournal, type JournalEntry } from '../../../../mock-server/engine/journal.ts'
import { readFilter } from '../../../../mock-server/engine/journal-filter.ts'
import { createRequestFeed } from '../../../../mock-server/http/control/request-feed.ts'
import type { Provider } from '../../../../mock-server/provider.ts'

/** A reader whose queue the test fills. */
function reader() {
  const lines: string[] = []
  const response = Object.assign(new EventEmitter(), {
    req: { method: 'GET' },
    writableLength: 0,
    isOver: false,
    flushHeaders() {},
    write: (line: string) => lines.push(line.trim()),
    end() {
      response.isOver = true
    },
  })
  return { response, lines, asResponse: response as unknown as ServerResponse }
}

function serve() {
  const journal = createJournal(0)
  let drain = () => {}
  const feed = createRequestFeed({
    journal,
    onDrain(stop: () => void) {
      drain = stop
    },
  } as unknown as Provider)
  const over = (number: number) => journal.over({ number, done: {} } as JournalEntry)
  return { feed, over, drain: () => drain() }
}

test('a slow reader misses requests, and is told how many where they are missing', () => {
  const { feed, over } = serve()
  const { response, lines, asResponse } = reader()
  feed.follow(asResponse, readFilter({}))
  over(1)
  response.writableLength = 5 * 2 ** 20
  for (const number of [2, 3, 4]) over(number)
  expect(lines).toEqual(['{"number":1,"done":{}}'])
  response.writableLength = 0
  response.emit('drain')
  over(5)
  expect(lines.slice(1)).toEqual(['{"dropped":3}', '{"number":5,"done":{}}'])
})

test('it ends when the server takes no more requests, at once for who comes later', () => {
  const { feed, over, drain } = serve()
  const early = reader()
  feed.follow(early.asResponse, readFilter({}))
  drain()
  const late = reader()
  feed.follow(late.asResponse, readFilter({}))
  over(1)
  expect([early.response.isOver, late.response.isOver]).toEqual([true, true])
  expect([...early.lines, ...late.lines]).toEqual([])
})

test('a reader that is gone is told nothing more', () => {
  const { feed, over } = serve()
  const { response, lines, asResponse } = reader()
  feed.follow(asResponse, readFilter({}))
  response.emit('close')
  over(1)
  expect([lines, response.isOver]).toEqual([[], true])
})
