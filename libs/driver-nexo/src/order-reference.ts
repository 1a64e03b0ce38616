import { orderNoOf } from '@tillward/driver';

/** Whether a ServiceID is the reference of an order (libs/driver `orderReference`). */
export function isOrderReference(serviceId: string): boolean {
  try {
    return orderNoOf(serviceId) > 0;
  } catch (cause) {
    if (cause instanceof RangeError) return false;
    throw cause;
  }
}
