/** What goes wrong on purpose. */
import { list, type Row } from '../../base/option-table.ts'
import { type FaultRule, readFaultRule } from '../engine/faults/rule.ts'

export const faultOptions = {
  fault: rules({
    label: 'RULE',
    help: 'Something that goes wrong: NAME@token=N;KEY=VALUE, e.g. "http-500;first=2" or "reset-mid-stream@token=5;p=0.1". The first rule that matches wins.',
  }),
}

function rules(words: {
  label: string
  help: string
}): Row<readonly FaultRule[], readonly string[] | string> {
  const row = list({ ...words, split: false })
  return {
    ...row,
    fallback: [],
    allowed: 'write rules such as http-500;p=0.1',
    read(value) {
      const texts = row.read(value)
      const read = texts?.map(text => readFaultRule(text).rule)
      return read?.every(rule => rule !== undefined) ? read : undefined
    },
    why(value) {
      const texts = row.read(value) ?? []
      return texts.map(problemOf).find(why => why !== undefined)
    },
  }
}

function problemOf(text: string, i: number): string | undefined {
  const { why } = readFaultRule(text)
  return why === undefined ? undefined : `in fault[${i}], ${why}`
}
