/** The parts of a message's content: its text end to end, and what stands in it beside text. */

import { type Check, isObject, type Json, object, oneOf, required, string } from './checks.ts'
import { imageOutsideUser, notAnImage } from './errors/chat.ts'
import { emptyArray, missingParameter, unsupportedValue, wrongType } from './errors/field.ts'

export interface Parts {
  readonly text: string
  /** Undefined: there is nothing but text. */
  readonly media: readonly unknown[] | undefined
}

const kinds = ['text', 'image_url', 'input_audio', 'refusal', 'audio', 'file'] as const

/** `i`: the message's place. Throws ApiError. */
export function readParts(content: unknown, role: string, i: number): Parts {
  const at = `messages[${i}].content`
  if (!Array.isArray(content)) throw wrongType(at, 'one of a string or array of objects', content)
  if (content.length === 0) throw emptyArray(at)
  let text = ''
  let media: unknown[] | undefined
  for (let j = 0; j < content.length; j++) {
    const part = content[j]
    const param = `${at}[${j}]`
    if (!isObject(part)) throw wrongType(param, 'an object', part)
    const { type } = part
    if (type === undefined) throw missingParameter(`${param}.type`)
    if (typeof type !== 'string') throw wrongType(`${param}.type`, 'a string', type)
    switch (type) {
      case 'text':
      case 'refusal':
        text += wordsOf(part, type, param)
        continue
      case 'image_url':
        if (role !== 'user') throw imageOutsideUser(i, role)
        checkImage(part, param)
        break
      case 'input_audio':
        checkAudio(part, param)
        break
      case 'file':
        checkFile(part, param)
        break
      case 'audio':
        break
      default:
        throw unsupportedValue(`${param}.type`, type, kinds)
    }
    media ??= []
    media.push(part)
  }
  return { text, media }
}

function wordsOf(part: Json, type: 'text' | 'refusal', param: string): string {
  const words = part[type]
  if (typeof words === 'string') return words
  if (words === undefined) throw missingParameter(`${param}.${type}`)
  throw wrongType(`${param}.${type}`, 'a string', words)
}

const requiredString = required(string)
const requiredObject = required(object)
const detail = oneOf('auto', 'low', 'high')
const audioFormat: Check = required(oneOf('wav', 'mp3'))

function checkImage(part: Json, param: string): void {
  requiredObject(part.image_url, `${param}.image_url`)
  const image = part.image_url as Json
  const at = `${param}.image_url.url`
  requiredString(image.url, at)
  detail(image.detail, `${param}.image_url.detail`)
  const type = /^data:([^;,]*)/.exec(image.url as string)?.[1]
  if (type !== undefined && !type.startsWith('image/')) throw notAnImage(at, type)
}

function checkAudio(part: Json, param: string): void {
  requiredObject(part.input_audio, `${param}.input_audio`)
  const audio = part.input_audio as Json
  requiredString(audio.data, `${param}.input_audio.data`)
  audioFormat(audio.format, `${param}.input_audio.format`)
}

function checkFile(part: Json, param: string): void {
  requiredObject(part.file, `${param}.file`)
  const file = part.file as Json
  for (const name of ['file_id', 'file_data', 'filename'])
    string(file[name], `${param}.file.${name}`)
  if (file.file_id == null && file.file_data == null) {
    throw missingParameter(`${param}.file.file_id`)
  }
}
