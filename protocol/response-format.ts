/** The form that an answer is asked to have: text, any JSON object, or JSON of a schema. */

import type { JsonSchema, ReplyFormat, Turn } from './ask.ts'
import {
  boolean,
  identifier,
  isObject,
  type Json,
  object,
  oneOf,
  required,
  string,
} from './checks.ts'
import { badFormatSchema, jsonNotMentioned } from './errors/chat.ts'
import { strictSchemaFault } from './strict-schema.ts'

const formatType = required(oneOf('json_object', 'json_schema', 'text'))
const requiredObject = required(object)

/** The shape of a chat's `response_format`. */
export function checkResponseFormat(value: unknown, param: string): void {
  object(value, param)
  if (value == null) return
  const { type, json_schema } = value as Json
  formatType(type, `${param}.type`)
  if (type !== 'json_schema') return
  requiredObject(json_schema, `${param}.json_schema`)
  checkNamedSchema(json_schema as Json, `${param}.json_schema`)
}

/** `{ name, schema?, strict?, description? }`, wherever it stands. */
export function checkNamedSchema({ name, schema, strict, description }: Json, param: string): void {
  required(identifier)(name, `${param}.name`)
  string(description, `${param}.description`)
  object(schema, `${param}.schema`)
  boolean(strict, `${param}.strict`)
}

/** What the check of the field cannot see: the word `json` in the messages, a strict schema's rules. */
export function checkFormatUse(value: unknown, turns: readonly Turn[]): void {
  if (!isObject(value)) return
  if (value.type === 'json_object') {
    if (!turns.some(({ content }) => /json/i.test(content))) throw jsonNotMentioned()
  } else if (value.type === 'json_schema') {
    const { name, schema, strict } = value.json_schema as Json
    if (strict !== true || schema == null) return
    const fault = strictSchemaFault(schema as JsonSchema)
    if (fault) throw badFormatSchema(name as string, fault)
  }
}

const TEXT: ReplyFormat = { kind: 'text' }
const JSON_OBJECT: ReplyFormat = { kind: 'json' }

/** Text where nothing else can be read. A schema that is left out allows anything. */
export function readFormat(value: unknown): ReplyFormat {
  if (!isObject(value)) return TEXT
  if (value.type === 'json_object') return JSON_OBJECT
  const { json_schema: named } = value
  if (value.type !== 'json_schema' || !isObject(named)) return TEXT
  const name = typeof named.name === 'string' ? named.name : 'response'
  return { kind: 'schema', name, schema: isObject(named.schema) ? named.schema : true }
}
