// expect: pure-no-io
export { readFileSync } from 'node:fs'; // violation
export { randomUUID } from 'node:crypto'; // violation
export type { Socket } from 'node:net'; // violation
export { Injectable } from '@nestjs/common'; // violation
export type { Repository } from 'typeorm'; // violation
export { Pool } from 'pg'; // violation
export * from 'mqtt'; // violation
export const wait = () => import('node:timers/promises'); // violation
