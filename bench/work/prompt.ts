/** What is asked, as files and scripts have it, before it has the shape of an endpoint. */

/** A message of a conversation, as the chat API has it. */
export interface Message {
  readonly role: string
  readonly content: unknown
}

export type Asked =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'messages'; readonly messages: readonly Message[] }
  /** A talk that took place: what the user said in it, turn by turn, can be said again. */
  | { readonly kind: 'talk'; readonly messages: readonly Message[] }
  /** All of a request's body. */
  | { readonly kind: 'body'; readonly body: Readonly<Record<string, unknown>> }
