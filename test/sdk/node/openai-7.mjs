/** openai 7 for a Node of its own: prints what it saw. */
import OpenAI from 'openai-7'
import { zodResponseFormat, zodTextFormat } from 'openai-7/helpers/zod'
import { ChatCompletionStream } from 'openai-7/lib/ChatCompletionStream'
import { VERSION as version } from 'openai-7/version'
import { checkOpenai } from './openai.ts'
import { checkMore } from './openai-more.ts'

const kit = { OpenAI, version, zodResponseFormat, zodTextFormat, ChatCompletionStream }
const verdict = await checkOpenai(kit, process.env)
const more = await checkMore(kit, process.env)
process.stdout.write(JSON.stringify({ ...verdict, more }))
