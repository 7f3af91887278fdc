import { defineConfig } from 'vitest/config'

/** Two projects: `unit` is pure and quick; `system` starts servers, processes and real programs. */
export default defineConfig({
  test: {
    projects: [
      {
        oxc: { target: 'es2022' },
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts'],
          testTimeout: 10_000,
          // Pure parts share a process: half of the time went into starting one for each file.
          isolate: false,
        },
      },
      {
        oxc: { target: 'es2022' },
        test: {
          name: 'system',
          include: ['test/{contract,integration,e2e}/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
})
