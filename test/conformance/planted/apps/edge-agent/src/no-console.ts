// expect: lint/suspicious/noConsole
export const a = () => console.info('x'); // violation
