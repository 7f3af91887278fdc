/** The one header of OpenAI's that every provider here sends: clients show it to find a request again. */
export function requestIdOnly(requestId: string): Readonly<Record<string, string>> {
  return { 'x-request-id': requestId }
}
