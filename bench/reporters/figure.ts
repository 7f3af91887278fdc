/** A plot, its title, and the table of its numbers, folded away. */

/** `title` is HTML; `numbers` a table. */
export function figure(title: string, picture: string, numbers: string): string {
  return `<figure><figcaption>${title}</figcaption>${picture}<details><summary>Numbers</summary>${numbers}</details></figure>`
}

/** For the tables of what happens over time. */
export function atSeconds(value: number): string {
  return `${Number(value.toFixed(2))} s`
}
