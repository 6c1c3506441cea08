// Second half of the build: the command as a few CommonJS files. Node 20 needs about a millisecond for each ES module it
// loads, and `sscard read` needs some sixty; what that saves is printed by test/bench/startup.mjs.
import { chmodSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'rolldown';

/** What a reading needs every time is in few files: each costs some tenths of a millisecond to find and to open. */
const groups = [
  {
    name: 'base',
    test: /\/dist\/(apdu\/(?!t0|t1|pps|protocol|speed|times)|src\/i18n\/(fields|files)\.|src\/cli\/(open|read|unmask|social-card|with-pin|card-members|card-text|address|terminal|transcript-file)\.)/,
  },
  {
    name: 'twin',
    test: /\/dist\/src\/(crypto\/(blocks|mac|diversify|compare|authentication|random|secure-messaging|providers\/.*)\.|simulator\/(?!units\/|wire\/|pads\/|hsm|psam|invent|personalise|card-file|json-file|shape|pin-pad|vpcd|serve|t1-card|life|holders|encode|financial\/(?:bank-|ca-keys|certificates|describe|from-profile|image-check|invent-|issuer|objects|personalise-|test-authority)|.*\.json))/,
  },
];

const folder = fileURLToPath(new URL('../dist/command', import.meta.url));
rmSync(folder, { recursive: true, force: true });
await build({
  input: {
    sscard: fileURLToPath(new URL('../dist/bin/sscard.cjs', import.meta.url)),
    // A maker's library runs in a process of its own; its program stands beside the file that starts it.
    'library-process': fileURLToPath(new URL('../dist/drivers/vendor/library-process.cjs', import.meta.url)),
  },
  platform: 'node',
  // Found in node_modules at run time, and only when its driver is used. commander is needed by every run: inside the
  // bundle it costs a third of what it costs as files of its own.
  external: ['koffi', 'serialport', 'node-hid', 'smartcard', 'pcsclite', 'iconv-lite', 'jsonc-parser', 'ajv'],
  plugins: [withoutChildProcesses()],
  output: {
    dir: folder,
    format: 'cjs',
    entryFileNames: '[name].cjs',
    chunkFileNames: '[name]-[hash].cjs',
    // Comments are half of what a run would read and parse; names stay, as they stand in the report of an internal fault.
    comments: false,
    codeSplitting: { groups },
  },
});
chmodSync(`${folder}/sscard.cjs`, 0o755);

/** commander starts programs for subcommands that are files of their own. We have none, and Node takes 5 ms to load what for. */
function withoutChildProcesses() {
  const nothing = '\0nothing';
  return {
    name: 'without-child-processes',
    resolveId: (id, importer) => (id === 'node:child_process' && importer?.includes('/commander/') ? nothing : null),
    load: (id) => (id === nothing ? 'export {};' : null),
  };
}
