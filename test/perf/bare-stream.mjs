/** A server that streams as fast as it is read: one token an event, made once. `bare-stream.mjs PORT TOKENS [GAP_MS]` */
import { createServer } from 'node:http'

const [, , port, tokens, gapMs] = process.argv
const head = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'gpt-4o' }
const event = (delta, finish_reason = null) =>
  `data: ${JSON.stringify({ ...head, choices: [{ index: 0, delta, logprobs: null, finish_reason }] })}\n\n`
const words = ['The', ' river', ' runs', ' down', ' to', ' the', ' sea', '.']
const said = Array.from({ length: Number(tokens) }, (_, i) =>
  event({ content: words[i % words.length] }),
)
const [first, last] = [
  event({ role: 'assistant', content: '' }),
  `${event({}, 'stop')}data: [DONE]\n\n`,
]
/** Some 16 KB a piece, as a network would have them. */
const pieces = []
for (let i = 0; i < said.length; i += 64) pieces.push(Buffer.from(said.slice(i, i + 64).join('')))

createServer((request, response) => {
  request.resume()
  request.on('end', () => {
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' })
    response.write(first)
    if (gapMs) slowly(response)
    else atOnce(response)
  })
}).listen(Number(port), '127.0.0.1')

function atOnce(response) {
  let next = 0
  function go() {
    while (next < pieces.length) if (!response.write(pieces[next++])) return
    response.off('drain', go)
    response.end(last)
  }
  response.on('drain', go)
  go()
}

function slowly(response) {
  let next = 0
  const timer = setInterval(() => {
    if (next < said.length) response.write(said[next++])
    else {
      clearInterval(timer)
      response.end(last)
    }
  }, Number(gapMs))
  response.on('close', () => clearInterval(timer))
}
