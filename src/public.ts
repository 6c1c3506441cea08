// The package's entry `sscard`: what it names is public. Nothing inside the project imports this file.
export { type ErrorDetails, SscardError } from '../apdu/errors.ts';
export { Card, openCard } from './card.ts';
export { SocialApplication } from './social/application.ts';
export type { BasicField, BasicInformation, Coded, Oddity, OddityKind, Withheld } from './social/basic-information.ts';
export type { Generation } from './social/profile/profile.ts';
