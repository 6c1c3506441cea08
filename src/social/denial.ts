/** Why the card will not do it for us. */
export type Denial =
  | { readonly reason: 'never' | 'pin-needed' | 'no-directory' | 'card-unidentified' }
  /** 6982 though all was fulfilled that the description asks for: this card wants something else. */
  | { readonly reason: 'undescribed-right' }
  /** The record is laid out in another way than described, so that one part of it cannot be changed. */
  | { readonly reason: 'undescribed-layout' }
  | { readonly reason: 'no-key'; readonly key: string; readonly because: string }
  | { readonly reason: 'key-refused'; readonly key: string; readonly triesLeft: number }
  | { readonly reason: 'key-locked'; readonly key: string }
  | { readonly reason: 'pin-wrong'; readonly triesLeft: number }
  | { readonly reason: 'pin-blocked' }
  | { readonly reason: 'pin-not-sent'; readonly why: string };

/** Whether the card will do it for us. */
export type Grant = { readonly kind: 'granted' } | Denied;

/** It will not. */
export type Denied = { readonly kind: 'denied' } & Denial;

/** The reason alone, to stand in a member of something else. */
export function denialOf({ kind: _, ...denial }: Denied): Denial {
  return denial;
}
