import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { SscardError } from '../../../apdu/errors.ts';
import { EXIT, exitCodes } from '../../../src/cli/exit-codes.ts';
import { exitCode } from '../../../src/cli/failure.ts';
import { errorTexts } from '../../../src/i18n/errors.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** Pinned (promise P12): scripts of outlets test for these numbers. A change here is a breaking change. */
const PINNED: Readonly<Record<string, number>> = {
  internal: 1,
  'trace-write-failed': 1,
  'address-malformed': 2,
  'argument-malformed': 2,
  'argument-missing': 2,
  'argument-unexpected': 2,
  'binding-unknown': 2,
  'command-malformed': 2,
  'config-malformed': 2,
  'config-unreadable': 2,
  'dump-malformed': 2,
  'format-needs-unmask': 2,
  'hex-malformed': 2,
  'hsm-incomplete': 2,
  'item-address-malformed': 2,
  'item-unknown': 2,
  'key-service-address': 2,
  'key-service-credentials': 2,
  'option-unknown': 2,
  'option-value-malformed': 2,
  'pad-elsewhere': 2,
  'pad-gives-no-digits': 2,
  'pad-missing': 2,
  'pin-argument': 2,
  'pin-line-too-long': 2,
  'pin-missing': 2,
  'pin-no-terminal': 2,
  'pin-source-unreadable': 2,
  'changes-malformed': 2,
  'changes-unreadable': 2,
  'dump-needs-unmask': 2,
  'dump-unreadable': 2,
  'file-unwritable': 2,
  'photo-needs-unmask': 2,
  'replay-not-possible': 2,
  'stdin-twice': 2,
  'ca-key-checksum': 2,
  'ca-keys-malformed': 2,
  'ca-keys-unreadable': 2,
  'bank-application-missing': 5,
  'bank-card-blocked': 5,
  'bank-authentication-failed': 10,
  'bank-data-malformed': 13,
  'unit-unknown': 2,
  'port-not-found': 3,
  'card-protocol': 13,
  'library-crashed': 13,
  'library-failed': 13,
  'library-late': 12,
  'library-missing': 13,
  'library-overrun': 13,
  'port-denied': 13,
  'port-failed': 13,
  'ports-not-listed': 13,
  'port-in-use': 13,
  'unit-refused': 13,
  'unit-silent': 13,
  'sim-pty': 13,
  'profile-malformed': 2,
  'profile-unreadable': 2,
  'scheme-not-available': 2,
  'script-malformed': 2,
  'script-unreadable': 2,
  'sim-file-exists': 2,
  'sim-file-malformed': 2,
  'sim-file-unreadable': 2,
  'sim-file-unwritable': 2,
  'sim-file-version': 2,
  'sim-no-contactless': 2,
  'sim-port-malformed': 2,
  'sim-service-not-started': 13,
  'sim-tls-unreadable': 2,
  'sim-value-malformed': 2,
  'trace-unwritable': 2,
  'transcript-malformed': 2,
  'transcript-unreadable': 2,
  'unmask-needs-operator': 2,
  'value-malformed': 2,
  'verb-unknown': 2,
  'reader-ambiguous': 3,
  'reader-not-found': 3,
  'no-card': 4,
  'application-blocked': 5,
  'generation-unknown': 5,
  'not-social-security-card': 5,
  'pin-wrong': 6,
  'pin-blocked': 7,
  'pin-last-try': 7,
  'pin-tries-unknown': 7,
  'card-differs': 8,
  'card-refused': 8,
  'card-unidentified': 8,
  'directory-missing': 8,
  'item-damaged': 8,
  'photo-missing': 8,
  'key-locked': 8,
  'key-refused': 8,
  'replay-differs': 8,
  'status-unexpected': 8,
  'act-not-allowed': 9,
  'act-switched-off': 9,
  'command-not-allowed': 9,
  'pin-differs': 9,
  'pin-digits': 9,
  'pin-initial': 9,
  'pin-length': 9,
  'pin-needed': 9,
  'pin-unchanged': 9,
  'pin-weak': 9,
  'check-rejected': 10,
  'pin-outcome-unknown': 11,
  'write-outcome-unknown': 11,
  cancelled: 12,
  'card-mute': 12,
  'pin-entry-late': 12,
  'answer-malformed': 13,
  'atr-malformed': 13,
  'binding-missing': 13,
  'card-in-use': 13,
  'card-removed': 13,
  'card-reset': 13,
  'card-unresponsive': 13,
  'chain-stalled': 13,
  'chain-too-long': 13,
  'channel-closed': 13,
  'channel-overrun': 13,
  'pad-cannot-change': 13,
  'pad-not-there': 13,
  'pad-out-of-order': 13,
  'pcsc-failure': 13,
  'pcsc-library-missing': 13,
  'pcsc-threads-exhausted': 13,
  'pps-malformed': 13,
  'protocol-mismatch': 13,
  'psam-malformed': 13,
  'reader-lost': 13,
  'record-malformed': 13,
  'recorded-failure': 13,
  'replay-exhausted': 13,
  'replay-mismatch': 13,
  'service-lost': 13,
  'service-unavailable': 13,
  'tlv-malformed': 13,
  unsupported: 13,
  'key-service-late': 14,
  'key-service-lost': 14,
  'key-service-malformed': 14,
  'key-service-refused': 14,
  'key-service-unreachable': 14,
  'no-key': 14,
  'psam-refused': 14,
  'journal-unwritable': 15,
};

/** Codes that the sources throw, by the ways in which they do. */
function thrownCodes(): Set<string> {
  const found = new Set<string>();
  for (const folder of ['apdu', 'drivers', 'src']) {
    for (const name of readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })) {
      if (!name.endsWith('.ts')) continue;
      const text = readFileSync(join(root, folder, name), 'utf8');
      for (const [, code = ''] of text.matchAll(/new SscardError\(\s*'([^']+)'/g)) found.add(code);
      for (const [, code = ''] of text.matchAll(/(?:overdue|code): '([a-z]+(?:-[a-z]+)*)'/g)) found.add(code);
    }
  }
  return found;
}

describe('error codes', () => {
  test('every code that the sources throw has its row in the pinned table', () => {
    const thrown = thrownCodes();
    expect(thrown.size).toBeGreaterThan(40);
    expect([...thrown].filter((code) => !(code in PINNED))).toEqual([]);
  });

  test('the exit codes are the pinned ones', () => {
    expect(Object.fromEntries(exitCodes)).toEqual(PINNED);
  });

  test.each(Object.keys(PINNED))('%s has a message and an advice in both languages', (code) => {
    const { message, advice } = errorTexts[code] ?? {};
    for (const text of [message, advice]) {
      expect(text?.zh).toMatch(/\p{Script=Han}/u);
      expect(text?.en).toMatch(/^[\x20-\x7e]+$/);
    }
  });

  test('there are no texts for codes that nothing throws', () => {
    expect(Object.keys(errorTexts).filter((code) => !(code in PINNED))).toEqual([]);
  });

  test('a command of unknown outcome is 11 where it may have written, and a failed reading elsewhere', () => {
    const error = new SscardError('card-removed', '', { outcome: 'unknown' });
    expect([exitCode(error, 'apdu'), exitCode(error, 'read')]).toEqual([EXIT.outcomeUnknown, EXIT.readerFailure]);
  });
});
