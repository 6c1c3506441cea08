#!/usr/bin/env node
// CommonJS on purpose: an ES module is itself read through libuv's thread pool, which then has its size for good. Each
// PC/SC reader may hold a thread; see drivers/pcsc/native-calls.ts.
process.env['UV_THREADPOOL_SIZE'] ??= '16';
// Everything is written by now. A thread that waits for a mute card would keep the process alive until the card is pulled.
void import('../src/cli/main.ts').then(({ main }) => main(process.argv.slice(2))).then(() => process.exit());
