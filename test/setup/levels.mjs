/**
 * What the test command knows about each level. One row a level; the order is the order of the run.
 *
 * `needs` names rows of `parts` (parts.mjs). A level whose parts are missing and cannot be installed is skipped, with a
 * line that says why. `within` is a command that the level runs inside of; it is tried first with `true`, and a level
 * whose surroundings are refused by the machine is skipped too. `prepare` commands run before the level and fail it.
 * `minutes` is the level's deadline: a level that hangs is ended and counted as failed.
 */
export const levels = [
  {
    name: 'pure',
    about: 'codecs, masks, texts: bytes in, bytes out',
    // The tests of the house look at the tracked files.
    needs: ['git'],
    prepare: [],
    within: [],
    minutes: 5,
  },
  {
    name: 'simulator',
    about: 'whole flows against the twin, in process',
    needs: [],
    prepare: [],
    within: [],
    minutes: 10,
  },
  {
    name: 'fuzz',
    about: 'hostile input, seeds printed',
    needs: [],
    prepare: [],
    within: [],
    minutes: 10,
  },
  {
    name: 'command',
    about: 'the built command and the built package',
    needs: ['python3'],
    prepare: [],
    within: [],
    minutes: 10,
  },
  {
    name: 'vendor',
    about: "a maker's library, built here, in its own process over the simulated card",
    needs: ['compiler'],
    prepare: [],
    within: [],
    minutes: 5,
  },
  {
    name: 'ports',
    about: 'the real serial package over pseudo-terminals, emulated units at their other end',
    needs: [],
    prepare: [],
    within: [],
    minutes: 10,
  },
  {
    name: 'pcsc',
    about: 'our own pcscd with the virtual reader, in private namespaces',
    needs: [
      'pcscd',
      'vpcd',
      'serial CCID driver',
      'pcsc headers',
      'opensc-tool',
      'scriptor',
      'ip',
      'unshare',
      'ps',
      'compiler',
      'make',
      'python3',
    ],
    prepare: [['node', 'test/pcsc/build-bindings.mjs']],
    within: ['test/pcsc/namespace.sh'],
    minutes: 12,
  },
];
