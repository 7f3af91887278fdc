/** Of the base URL what a driver takes by itself: where it is, and the query that each path ends with. */
export function targetOf({ origin, pathname, search }: URL): {
  readonly url: string
  readonly query: string
} {
  return { url: `${origin}${pathname.replace(/\/+$/, '')}`, query: search }
}
