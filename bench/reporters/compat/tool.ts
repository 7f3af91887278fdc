/** Another tool's view of the same requests: its names, its definitions, and how both differ from ours. */
import type { Sample } from '../../sample.ts'

export const otherTools = ['vllm', 'aiperf', 'guidellm'] as const
export type OtherTool = (typeof otherTools)[number]

/** A table as the tool prints it: a head, and rows of a name and its values. */
export interface Section {
  readonly head: readonly string[]
  readonly rows: readonly { readonly name: string; readonly values: readonly (number | null)[] }[]
}

export interface OtherView {
  readonly tool: OtherTool
  /** The tool's command, and the version whose source and documentation the definitions follow. */
  readonly title: string
  readonly sections: readonly Section[]
  /** A sentence for each way in which its numbers are others than ours. */
  readonly differences: readonly string[]
}

export interface OtherCount {
  /** Takes each measured sample. */
  add(sample: Sample): void
  view(windowMs: number): OtherView
}
