// expect: lint/nursery/noFloatingPromises
async function work(): Promise<void> {}

export function a(): void {
  work(); // violation
}
