// expect: imports-pure
import { it } from 'vitest';
import { a } from '@tillward/driver-zvt'; // violation

it('is a test of pure code', () => a());
