/** The least that a JSON API does: read a body, parse it, serialise an answer. `bare-json.mjs PORT ANSWER` */
import { createServer } from 'node:http'

const [, , port, text] = process.argv
const answer = JSON.parse(text)

createServer((request, response) => {
  const chunks = []
  request.on('data', chunk => chunks.push(chunk))
  request.on('end', () => {
    const { model } = JSON.parse(Buffer.concat(chunks).toString())
    const body = JSON.stringify({ ...answer, model })
    response.writeHead(200, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    })
    response.end(body)
  })
}).listen(Number(port), '127.0.0.1')
