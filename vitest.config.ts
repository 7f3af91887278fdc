import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

/** Files share a process: loading the server, the SDK and the tokenizer for each took two thirds of all time. */
const isolate = false

/**
 * `unit` is pure and quick; `system` starts servers, processes and real programs; `sdk` runs the SDKs of several
 * languages, once test/sdk/build has built them.
 */
export default defineConfig({
  test: {
    // By itself vitest takes a core less than there are; many of these tests wait rather than work.
    maxWorkers: Math.max(4, availableParallelism()),
    projects: [
      {
        oxc: { target: 'es2022' },
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts'],
          testTimeout: 10_000,
          isolate,
          // These work all the time: more processes than cores would only load everything once more.
          maxWorkers: availableParallelism(),
          sequence: { groupOrder: 1 },
        },
      },
      {
        oxc: { target: 'es2022' },
        test: {
          name: 'system',
          include: ['test/{contract,integration,e2e}/**/*.test.ts'],
          exclude: ['test/integration/sdk-*.test.ts'],
          isolate,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        oxc: { target: 'es2022' },
        test: {
          name: 'sdk',
          include: ['test/integration/sdk-*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
})
