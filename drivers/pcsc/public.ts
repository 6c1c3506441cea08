// The package's entry `sscard/drivers/pcsc`: what it names is public. Nothing inside the project imports this file.
export type { BindingName } from './binding.ts';
export { type PcscOptions, pcscReaders } from './readers.ts';
