// expect: nothing
import type { DesiredBody } from '@tillward/contracts';
import { formatMoney } from '@tillward/money';
import { z } from 'zod';

export const a = (body: DesiredBody) => z.string().parse(formatMoney(body.version, 'EUR', 'en'));
