/** Something that must not stand in a file of the project. The text itself is not repeated. */
export interface Finding {
  readonly path: string;
  readonly line: number;
  readonly what: 'PIN' | 'citizen number' | 'number of a real card';
}

/** The test PINs (reliability-targets.md 8), with or without a blank between their bytes. */
const PINS = /12 ?34 ?56|73 ?51 ?90|48 ?26 ?15/g;
/** The PINs are test constants, allowed in the simulator, tests and vectors only. */
const PIN_PLACES = /^(?:test|fixtures|src\/simulator)\//;
/** Digits in ASCII, as a card has them. */
const ASCII_DIGITS = /(?:3\d ?){17,}(?:58)?/g;
const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECK = '10X98765432';
/** No such division exists: it is the one of the invented people. */
const INVENTED_DIVISION = '320499';

/**
 * Numbers of real cards in public material, in two parts each so that this file does not hold them: a card number, card
 * identifications, historical bytes, a diversification factor.
 */
const REAL = [
  ['R4770', '8862'],
  ['X0000', '0019'],
  ['441800D156', '0000053030737878EC1A84'],
  ['639900D156', '00000500BF7C7A48FB4966'],
  ['330300D156', '00000599110145'],
  ['0087CF2001', '8649618B00930612'],
  ['00814E43238697', '159900BF7C7A'],
  ['86971599', '00BF7C7A'],
].map((parts) => parts.join(''));

/** What must not be in this file. @param path from the top of the project */
export function findings(path: string, text: string): Finding[] {
  const found: Finding[] = [];
  text.split('\n').forEach((content, index) => {
    const add = (what: Finding['what'], hits: number) => {
      for (let hit = 0; hit < hits; hit++) found.push({ path, line: index + 1, what });
    };
    if (!PIN_PLACES.test(path)) add('PIN', (content.match(PINS) ?? []).length);
    add('citizen number', citizens(content).length);
    const bare = content.replaceAll(' ', '').toUpperCase();
    add('number of a real card', REAL.filter((number) => bare.includes(number)).length);
  });
  return found;
}

/** Citizen numbers of people who might live: right check digit, a date of birth from 1900 on, a division that exists. */
function citizens(content: string): string[] {
  const ascii = content.match(ASCII_DIGITS) ?? [];
  const decoded = ascii.map((hex) => Buffer.from(hex.replaceAll(' ', ''), 'hex').toString('latin1'));
  return [content, ...decoded].flatMap((text) => windows(text.toUpperCase())).filter(isCitizenNumber);
}

/** Every 18 characters that may be a number, also inside of a longer run of digits. */
function windows(text: string): string[] {
  return (text.match(/\d{17,}X?/g) ?? []).flatMap((run) =>
    Array.from({ length: run.length - 17 + 1 }, (_, at) => run.slice(at, at + 18)),
  );
}

function isCitizenNumber(number: string): boolean {
  const date = /^[1-8]\d{5}(19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])\d{3}[\dX]$/.test(number);
  if (!date || number.startsWith(INVENTED_DIVISION)) return false;
  const sum = WEIGHTS.reduce((total, weight, at) => total + weight * Number(number[at]), 0);
  return CHECK[sum % 11] === number[17];
}
