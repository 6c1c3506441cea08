import { openCard } from 'sscard';
import { simReaders } from 'sscard/simulator';

await using readers = simReaders();
await using card = await openCard(await readers.waitForCard());
const holder = await card.social.readBasic();
process.stdout.write(`${JSON.stringify(holder)}\n`);
