import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    // For you it is 'tokadence/vitest'.
    globalSetup: '../../mock-server/vitest.ts',
  },
})
