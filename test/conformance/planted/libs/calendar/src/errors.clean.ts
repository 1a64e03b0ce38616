// expect: nothing
export async function a(work: () => Promise<number>): Promise<number | string> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof RangeError) return error.message;
    throw error;
  }
}

export async function b(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch {
    // The end was reached already: nothing is lost.
  }
  // biome-ignore lint/plugin: the first error is the one that is reported
  await work().catch(() => undefined);
}
