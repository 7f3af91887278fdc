/** Prompts made to stall a tokenizer: how long do they hold up another stream's tokens? */
import { startMock } from './processes.ts'
import { type Finding, finding } from './report.ts'

const TARGET_MS = 50
const ITL_MS = 5
const prompts: Readonly<Record<string, string>> = {
  '100,000 × "a"': 'a'.repeat(100_000),
  '100,000 characters of Thai': 'สวัสดีครับผมชื่อ'.repeat(6250),
  '100,000 lone surrogates': '\ud800'.repeat(100_000),
  '1 MB of emoji': '🎉👩'.repeat(131_072),
}

export async function* measureHostilePrompts(): AsyncGenerator<Finding> {
  for (const [name, prompt] of Object.entries(prompts)) {
    const port = 4841
    await using _ = await startMock(port, '--ttft', '0', '--itl', `${ITL_MS}ms`, '--tokens', '400')
    await ask(port, 'warm up', 1)
    const calm = await worstGap(port, async () => {})
    const disturbed = await worstGap(port, () => ask(port, prompt, 1))
    const delayMs = disturbed - ITL_MS
    yield finding(
      `another stream's worst delay during ${name}`,
      `${delayMs.toFixed(1)} ms (${(calm - ITL_MS).toFixed(1)} ms without it)`,
      `under ${TARGET_MS} ms`,
      delayMs < TARGET_MS,
    )
  }
}

/** The widest gap between two reads of a stream while `disturb` happens half a second in. */
async function worstGap(port: number, disturb: () => Promise<unknown>): Promise<number> {
  const response = await send(port, { stream: true }, 'hi')
  let worst = 0
  let previous: number | undefined
  let disturbed: Promise<unknown> | undefined
  const startMs = performance.now()
  for await (const _ of response.body!) {
    const nowMs = performance.now()
    if (previous !== undefined) worst = Math.max(worst, nowMs - previous)
    previous = nowMs
    if (!disturbed && nowMs - startMs > 500) {
      disturbed = disturb()
      previous = performance.now() // sending it took this process a moment of its own
    }
  }
  await disturbed
  return worst
}

async function ask(port: number, content: string, maxTokens: number): Promise<unknown> {
  const response = await send(port, { max_tokens: maxTokens }, content)
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`)
  return response.json()
}

function send(port: number, options: object, content: string): Promise<Response> {
  return fetch(`http://127.0.0.1:${port}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: 'Bearer sk-perf', 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'endless', messages: [{ role: 'user', content }], ...options }),
  })
}
