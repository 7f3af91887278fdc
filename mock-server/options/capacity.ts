/** How much the server can do at once. */

export const capacityOptions = {}
