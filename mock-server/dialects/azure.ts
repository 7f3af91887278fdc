/** Azure OpenAI: keys in alphabetical order, a first chunk without choices, filter results everywhere. */
import type { ApiError } from '../../protocol/errors/api-error.ts'
import type { Dialect, ErrorAnswer, Json } from './dialect.ts'
import { alphabetical } from './key-order.ts'
import { isKeyRefused, isModelUnknown, refusal } from './refusal.ts'
import { uuidOf } from './uuid.ts'

const SAFE = { filtered: false, severity: 'safe' }
export const PASSED = { hate: SAFE, self_harm: SAFE, sexual: SAFE, violence: SAFE }
const STOPPED = { ...PASSED, violence: { filtered: true, severity: 'medium' } }
const PROMPT_PASSED = [
  {
    prompt_index: 0,
    content_filter_results: { ...PASSED, jailbreak: { filtered: false, detected: false } },
  },
]

export const azure: Dialect = {
  chat: {
    obfuscation: false,
    before: () => [
      alphabetical({
        choices: [],
        created: 0,
        id: '',
        model: '',
        object: '',
        prompt_filter_results: PROMPT_PASSED,
      }),
    ],
    chunk({ service_tier, choices, ...chunk }, { kind }) {
      const filtered = choices.map(choice => ({
        ...choice,
        content_filter_results: kind === 'content' ? PASSED : resultsAtEnd(choice),
      }))
      return alphabetical({ ...chunk, choices: filtered, system_fingerprint: null })
    },
    completion({ service_tier, choices, ...completion }) {
      const filtered = choices.map(choice => ({
        ...choice,
        content_filter_results: choice.finish_reason === 'content_filter' ? STOPPED : PASSED,
      }))
      return alphabetical({
        ...completion,
        choices: filtered,
        prompt_filter_results: PROMPT_PASSED,
        system_fingerprint: null,
      })
    },
  },
  answer: {
    headers: requestId => ({
      'apim-request-id': uuidOf(requestId.replace('req_', '')),
      'x-ms-region': 'East US',
      'x-request-id': requestId,
    }),
  },
  error: refuse,
}

function resultsAtEnd({ finish_reason }: { finish_reason: string | null }): Json {
  return finish_reason === 'content_filter' ? STOPPED : {}
}

function refuse(error: ApiError): ErrorAnswer {
  const said = gatewayError(error)
  if (said) return refusal(error, { error: said })
  const { message, type, param, code } = error
  if (code === 'content_filter') return refusal(error, { error: promptStopped() })
  return refusal(error, { error: { message, type, param, code } })
}

/** What the gateway refuses, before the model is asked: two keys, of which the code is a text. */
function gatewayError(error: ApiError): Json | undefined {
  if (isKeyRefused(error)) {
    return {
      code: '401',
      message:
        'Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid key for an active subscription and use a correct regional API endpoint for your resource.',
    }
  }
  if (isModelUnknown(error)) {
    return {
      code: 'DeploymentNotFound',
      message:
        'The API deployment for this resource does not exist. If you created the deployment within the last 5 minutes, please wait a moment and try again.',
    }
  }
  if (error.status === 404 && error.message.startsWith('Invalid URL')) {
    return { code: '404', message: 'Resource not found' }
  }
  if (error.status === 429) {
    const waitS = error.headers['retry-after'] ?? '60'
    return { code: '429', message: `Rate limit is exceeded. Try again in ${waitS} seconds.` }
  }
  return undefined
}

function promptStopped(): Json {
  return {
    message:
      "The response was filtered due to the prompt triggering Azure OpenAI's content management policy. Please modify your prompt and retry. To learn more about our content filtering policies please read our documentation: https://go.microsoft.com/fwlink/?linkid=2198766",
    type: null,
    param: 'prompt',
    code: 'content_filter',
    status: 400,
    innererror: { code: 'ResponsibleAIPolicyViolation', content_filter_result: STOPPED },
  }
}
