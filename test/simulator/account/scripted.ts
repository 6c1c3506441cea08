import { fromHex, toHex } from '../../../apdu/bytes.ts';
import { firstTpdu } from '../../../apdu/command.ts';
import { openCard } from '../../../src/card.ts';
import { Pin } from '../../../src/crypto/pin.ts';
import type { KeyProvider } from '../../../src/keys/provider.ts';
import type { SocialApplication } from '../../../src/social/application.ts';
import type { ProfileOverlay } from '../../../src/social/profile/profile.ts';
import { goldenExchange } from '../golden-cards.ts';
import { type ScriptedChannel, scriptedChannel } from '../social/channels.ts';

/** A site that has switched the transactions on. */
export const SWITCHED_ON: ProfileOverlay = {
  region: 'test',
  nameZh: '测试',
  appliesTo: { generations: ['1.0', '2.0', '3.0'], divisionPrefix: '' },
  switches: { accountTransactions: true },
};

export const TERMINAL = '320400000001';

export function pinOf(digits = '735190'): Pin {
  return Pin.fromDigits(new TextEncoder().encode(digits));
}

/** A provider that offers nothing but what a test gives it, and the terminal number. */
export function scriptedKeys(verbs: Partial<KeyProvider>): KeyProvider {
  const none = async () => ({ kind: 'unavailable', reason: 'not-offered' }) as const;
  return {
    kind: 'hsm',
    terminal: async () => ({ terminalNumber: TERMINAL, terminalDeviceNumber: null }),
    cryptogram: none,
    commandMac: none,
    protectPin: none,
    authoriseLoad: none,
    authorisePurchase: none,
    confirmPurchase: none,
    checkTac: none,
    [Symbol.asyncDispose]: async () => {},
    ...verbs,
  };
}

export interface Script {
  /** Lines of the T=0 line: `> …` and `< …` in turn, hex; blanks do not count. */
  readonly steps: readonly { readonly kind: string; readonly hex: string; readonly line: number }[];
  readonly atr: string;
  readonly keys?: KeyProvider;
  /** The channel follows 61xx by itself. */
  readonly chains?: boolean;
  readonly overlays?: readonly ProfileOverlay[];
}

/** A card that plays a script and refuses to be asked anything else. `left` is what has not been asked. */
export async function scriptedCard({ steps, atr, keys, chains = false, overlays = [SWITCHED_ON] }: Script): Promise<{
  readonly social: SocialApplication;
  readonly channel: ScriptedChannel;
  readonly left: readonly unknown[];
}> {
  const left = [...steps];
  const channel = scriptedChannel({
    atr,
    chains,
    answer: (command) => {
      const [asked, answer] = left.splice(0, 2);
      const sent = toHex(firstTpdu(command) ?? command);
      if (sent !== asked?.hex) throw new Error(`line ${asked?.line}: ${asked?.hex} expected, ${sent} sent`);
      return fromHex(answer?.hex ?? '');
    },
  });
  const card = await openCard(channel, { overlays, ...(keys === undefined ? {} : { keys }) });
  return { social: card.social, channel, left };
}

/** The exchange of a golden file, up to a change of its answers. */
export function goldenScript(name: string): Pick<Script, 'steps' | 'atr'> {
  const { headers, steps } = goldenExchange(`${name}.transcript`);
  return { steps, atr: headers.get('atr') ?? '' };
}

/** The same exchange as a channel shows it that fetches with GET RESPONSE by itself. */
export function fetched({ steps, ...script }: Pick<Script, 'steps' | 'atr'>): Pick<Script, 'steps' | 'atr'> {
  const isFetch = (at: number) => steps[at]?.hex.startsWith('00C00000') === true;
  return { ...script, steps: steps.filter((_, at) => !isFetch(at) && !isFetch(at + 1)) };
}
