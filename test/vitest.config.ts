import { defineConfig } from 'vitest/config';

const level = (name: string, timeout: number, extra: Record<string, unknown> = {}) => ({
  extends: true as const,
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    testTimeout: timeout,
    ...extra,
  },
});

export default defineConfig({
  root: new URL('..', import.meta.url).pathname,
  test: {
    // PC/SC add-ons crash in worker threads.
    pool: 'forks',
    maxWorkers: 2,
    coverage: {
      // Drivers of real readers, pseudo-terminals and the command run at their own levels, outside of this process.
      include: ['apdu/**/*.ts', 'src/**/*.ts', 'drivers/replay/**/*.ts'],
      exclude: ['src/cli/**', 'src/simulator/wire/pty.ts', '**/public.ts'],
      reporter: ['text-summary', 'json-summary'],
      reportsDirectory: 'coverage',
      thresholds: {
        lines: 95,
        branches: 95,
        'apdu/**': { 100: true },
        'src/social/pin/**': { lines: 100, branches: 95 },
      },
    },
    projects: [
      level('pure', 20_000),
      level('simulator', 20_000),
      level('fuzz', 300_000),
      // What is built is tested as built: the command as a child process, the package by its entries.
      level('command', 60_000, {
        include: ['test/command/**/*.test.ts', 'test/package/**/*.test.ts'],
      }),
      // The library's process runs what was built.
      level('vendor', 30_000),
      // Real serial ports, over pseudo-terminals.
      level('ports', 60_000),
      // One service per namespace: one file at a time.
      level('pcsc', 60_000, { fileParallelism: false }),
    ],
  },
});
