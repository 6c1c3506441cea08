import { flows } from './flows.ts';
import { faultMatrix } from './matrix.ts';

faultMatrix('PIN, keys and blocks', flows);
