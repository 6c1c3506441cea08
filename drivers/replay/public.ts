// The package's entry `sscard/drivers/replay`: what it names is public. Nothing inside the project imports this file.
export type { EventName } from './events.ts';
export type { Match } from './player.ts';
export { type ReplayOptions, replayReaders } from './readers.ts';
export { type LineWriter, type Recording, recordChannel } from './record.ts';
export { formatTranscript, parseTranscript, type Step, type Transcript, transcriptLimits } from './transcript.ts';
