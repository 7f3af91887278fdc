/** The pace of the mock that the bench is calibrated on: near that of the models people ask. */
export const pairedPace = { ttft: 100, itl: 20, tokens: 24, journal: 20_000 } as const
