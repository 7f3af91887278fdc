/** Which of its own tools the provider runs before it answers. */
import { isObject, type Json } from '../../../protocol/checks.ts'
import type { Item } from '../../../protocol/responses-input.ts'
import type { HostedTool } from '../../../protocol/responses-tools.ts'
import {
  compaction,
  type HostedCall,
  type HostedContext,
  hostedCall,
  mcpList,
} from './hosted-calls.ts'

/** What is run before the answer, in order. */
export function hostedCalls(facts: HostedContext): readonly HostedCall[] {
  const { request, random } = facts
  const calls: HostedCall[] = []
  if (isToBeCompacted(facts)) calls.push(compaction(facts, random.fork('compaction')))
  const servers = request.toolUse.hosted.filter(({ kind }) => kind === 'mcp')
  for (const [i, { wire }] of servers.entries()) {
    if (!isListed(wire, facts)) calls.push(mcpList(wire, random.fork(`mcp list ${i}`)))
  }
  const used = chosenTool(facts)
  if (used)
    calls.push(hostedCall[used.kind](used.wire, { ...facts, random: random.fork('hosted') }))
  return calls
}

/**
 * The tool that is chosen or approved; else, where a user's turn is answered and no function is offered, the
 * first.
 */
function chosenTool({ request, ask, context }: HostedContext): HostedTool | undefined {
  const { hosted, hostedChoice, toolChoice } = request.toolUse
  if (hosted.length === 0) return undefined
  const approved = approvedServer([...context, ...request.input])
  if (approved !== undefined) {
    return hosted.find(({ wire }) => wire.server_label === approved)
  }
  if (hostedChoice || toolChoice !== 'auto') return hostedChoice
  return ask.tools.length === 0 && ask.turns.at(-1)?.role === 'user' ? hosted[0] : undefined
}

/** The server of the call that the last item approves. */
function approvedServer(items: readonly Item[]): unknown {
  const last = items.at(-1)
  if (last?.type !== 'mcp_approval_response' || last.approve !== true) return undefined
  return items.find(({ id }) => id === last.approval_request_id)?.server_label
}

/** Whether the server's tools are in the conversation already. */
function isListed({ server_label }: Json, { request, context }: HostedContext): boolean {
  return [...context, ...request.input].some(
    item => item.type === 'mcp_list_tools' && item.server_label === server_label,
  )
}

/** Asked for by the input's last item, or because the prompt has grown beyond what the request allows. */
function isToBeCompacted({ request, promptTokens }: HostedContext): boolean {
  if (request.input.at(-1)?.type === 'compaction_trigger') return true
  const wanted = (request.body.context_management ?? []) as readonly Json[]
  return wanted.some(
    entry =>
      isObject(entry) &&
      entry.type === 'compaction' &&
      typeof entry.compact_threshold === 'number' &&
      promptTokens > entry.compact_threshold,
  )
}
