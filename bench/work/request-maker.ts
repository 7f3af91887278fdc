/** What makes a scenario's requests: it draws prompt and lengths, or asks the script, and puts the pieces together. */
import type { Distribution } from '../../base/distribution.ts'
import type { Random } from '../../base/random.ts'
import type { Reader } from '../read/reader.ts'
import type { BodyMaker, Prompt } from './body.ts'
import { converse, oneRequest, type Talking, turnsOf } from './conversation.ts'
import type { Endpoint } from './endpoints.ts'
import type { Headers } from './headers.ts'
import type { Hint } from './hint.ts'
import { drawLength } from './lengths.ts'
import type { Check, Request } from './request.ts'
import { askScript, checkBy, type Script } from './script.ts'
import { scriptedPrompt } from './scripted-prompt.ts'
import type { Source } from './source.ts'

/** What makes its requests. */
export interface RequestMaker {
  /** Throws OptionError. */
  next(hint: Hint | undefined): Request
  /** The same without the script's word. */
  plain(hint: Hint | undefined): Request
  /** Of one turn where there are no more. Throws OptionError. */
  conversation(): Talking
}

/** Of the scenario's options. */
interface LengthOptions {
  readonly endpoint: string
  readonly inputTokens: Distribution | undefined
  readonly outputTokens: Distribution | undefined
  readonly maxTokens: number | undefined
  readonly turns: Distribution | undefined
}

export interface RequestMakerOptions {
  readonly options: LengthOptions
  readonly endpoint: Endpoint
  readonly bodies: BodyMaker
  readonly source: Source
  readonly script: Script | undefined
  readonly own: Headers
  readonly reader: Reader
  readonly name: string | undefined
  readonly query: string
  readonly random: Random
}

/** What is asked of one request. */
interface Order {
  readonly prompt: Prompt
  /** The answer is to be so long; undefined: `maxTokens` at most. */
  readonly outputTokens: number | undefined
  readonly maxTokens: number | undefined
  readonly headers: Headers | undefined
  readonly path: string
}

/** With it, our own mock answers in so many tokens; elsewhere it means nothing. */
const lengthHeader = 'x-tokadence-tokens'

export function createRequestMaker(made: RequestMakerOptions): RequestMaker {
  const { options, endpoint, bodies, source, script, own, reader, name, random } = made
  const { inputTokens: inputs, outputTokens: outputs, maxTokens } = options
  const inputLengths = random.fork('input lengths')
  const outputLengths = random.fork('output lengths')
  const turnCounts = random.fork('turns')
  const scriptRandom = random.fork('script')
  const check: Check | undefined = script && checkBy(script)
  const path = endpoint.path + made.query
  let index = 0

  const drawInput = () => inputs && drawLength(inputs, inputLengths)
  const drawOutput = () => outputs && drawLength(outputs, outputLengths)

  function request(order: Order): Request {
    const { prompt, outputTokens, headers } = order
    const body = bodies.body(prompt, outputTokens ?? order.maxTokens)
    const added = headers ? { ...own, ...headers } : own
    const wantsLength = outputTokens !== undefined && endpoint.limit !== undefined
    return {
      path: order.path,
      headers: wantsLength ? { ...added, [lengthHeader]: String(outputTokens) } : added,
      body,
      reader,
      scenario: name,
      check,
    }
  }

  function scripted(own: Script, hint: Hint | undefined): Request {
    const parts = askScript(own, { index: index++, random: scriptRandom, hint })
    const inputTokens = parts.inputTokens ?? hint?.inputTokens ?? drawInput()
    const outputTokens = parts.outputTokens ?? hint?.outputTokens
    const wanted = outputTokens ?? (parts.maxTokens === undefined ? drawOutput() : undefined)
    return request({
      prompt: scriptedPrompt(parts, { bodies, usual: () => source.next(inputTokens) }),
      outputTokens: wanted,
      maxTokens: parts.maxTokens ?? maxTokens,
      headers: parts.headers && lowerCased(parts.headers),
      path: parts.path ?? path,
    })
  }

  function ask(prompt: Prompt, hint: Hint | undefined): Request {
    const outputTokens = hint?.outputTokens ?? drawOutput()
    return request({ prompt, outputTokens, maxTokens, headers: undefined, path })
  }

  function plain(hint: Hint | undefined): Request {
    return ask(source.next(hint?.inputTokens ?? drawInput()), hint)
  }

  const next = script?.next ? (hint?: Hint) => scripted(script, hint) : plain

  return {
    plain,
    next,
    conversation() {
      if (script?.next || !endpoint.conversation) return oneRequest(next)
      const talk = source.talk(drawInput)
      if ('whole' in talk) return oneRequest(hint => ask(talk.whole, hint))
      const wanted = options.turns && drawLength(options.turns, turnCounts)
      return converse(talk, turnsOf(talk, wanted), (messages, hint, isLast) => {
        const asked = ask(bodies.messages(messages), hint)
        return isLast ? asked : { ...asked, keepsText: true }
      })
    },
  }
}

function lowerCased(headers: Headers): Headers {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]),
  )
}
