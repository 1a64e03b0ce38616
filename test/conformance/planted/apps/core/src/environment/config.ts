// expect: nothing
export const port = process.env['HTTP_PORT'];
