/** What goes wrong on purpose. */

export const faultOptions = {}
