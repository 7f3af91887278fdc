/** What GitHub Actions reads from a program: annotations on stdout, and a file for the summary of a step. */

export type Level = 'error' | 'warning' | 'notice'

/** A line such as `::error title=…::…`, with its line end. */
export function annotation(level: Level, title: string, text: string): string {
  return `::${level} title=${property(title)}::${data(text)}\n`
}

function data(text: string): string {
  return text.replace(/%/g, '%25').replace(/\r/g, '%0D').replace(/\n/g, '%0A')
}

function property(text: string): string {
  return data(text).replace(/:/g, '%3A').replace(/,/g, '%2C')
}
