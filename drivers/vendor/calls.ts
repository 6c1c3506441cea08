/** One call into the maker's library, as it goes to the process that has the library. */
export type LibraryCall =
  /** Loads the library and opens the device. `port`: `AUTO`, `USB1`, `COM3`. */
  | { readonly kind: 'open'; readonly library: string; readonly port: string }
  | { readonly kind: 'close' }
  | { readonly kind: 'status'; readonly seat: number }
  | { readonly kind: 'power-on'; readonly seat: number }
  | { readonly kind: 'power-off'; readonly seat: number }
  | { readonly kind: 'transmit'; readonly seat: number; readonly command: Uint8Array }
  /** In the maker's units, 0 to 255. */
  | { readonly kind: 'beep'; readonly time: number };

/** What came of it. */
export type LibraryReply =
  /** The library's own return code, below zero for its errors; `data` as long as the code says, and no longer than its buffer. */
  | { readonly kind: 'returned'; readonly code: number; readonly data?: Uint8Array }
  /** The library has no such function. */
  | { readonly kind: 'lacking' }
  /** It wrote behind the buffer it was given: its memory, and ours in that process, is not to be trusted any more. */
  | { readonly kind: 'overrun' }
  /** It cannot be loaded, or koffi cannot. */
  | { readonly kind: 'not-loaded'; readonly package: 'koffi' | 'library'; readonly message: string };
