// expect: nothing
export async function a(work: () => Promise<number>): Promise<number | string> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof RangeError) return error.message;
    throw error;
  }
}
