// expect: no-swallowed-error
export async function a(work: () => Promise<void>): Promise<void> {
  try { // violation
    await work();
  } catch {}
  await work().catch(() => {}); // violation
  await work().catch(() => undefined); // violation
}
