import { noteConnection } from '../graphql/connection.js';
import { NotReachable, ServerFault, SessionEnded } from '../graphql/failures.js';
import type { StatementKind } from '../graphql/generated/money/graphql.js';

/** What is said about a file that is sent. */
export interface UploadAbout {
  readonly kind: StatementKind;
  /** Of an acquirer's file. */
  readonly acquirerId: string | null;
  /** The file this one corrects. */
  readonly supersedes: string | null;
}

/** How an upload ended: taken and being read, or not taken, by the server's stable code. */
export type UploadOutcome =
  | { readonly taken: true; readonly fileId: string }
  | { readonly taken: false; readonly code: string; readonly other: { readonly fileId: string; readonly name: string } | null };

interface Answer {
  fileId?: string;
  error?: string;
  other?: { fileId: string; name: string };
}

/**
 * Sends a file's bytes as they are; `progress` hears how many percent of them left this device. XMLHttpRequest, because fetch does not tell how far an upload is.
 * @throws NotReachable, SessionEnded, ServerFault
 */
export function sendFile(file: File, about: UploadAbout, progress: (percent: number) => void): Promise<UploadOutcome> {
  const query = new URLSearchParams({ kind: about.kind, name: safeName(file.name) });
  if (about.acquirerId !== null) query.set('acquirer', about.acquirerId);
  if (about.supersedes !== null) query.set('supersedes', about.supersedes);
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', `/api/statements?${query}`);
    request.setRequestHeader('content-type', 'application/octet-stream');
    request.responseType = 'text';
    request.upload.onprogress = ({ loaded, total }) => progress(total === 0 ? 0 : Math.floor((loaded * 100) / total));
    request.onerror = () => {
      noteConnection({ reachable: false });
      reject(new NotReachable('The upload was interrupted.'));
    };
    request.onload = () => {
      try {
        resolve(outcomeOf(request.status, request.responseText));
      } catch (failure) {
        reject(failure);
      }
    };
    request.send(file);
  });
}

/** What the server's answer means. @throws NotReachable, SessionEnded, ServerFault */
export function outcomeOf(status: number, text: string): UploadOutcome {
  if (status === 401) throw new SessionEnded('Nobody is signed in.');
  if (status === 502 || status === 504) throw new NotReachable(`The server is not ready (${status}).`);
  let answer: Answer;
  try {
    answer = JSON.parse(text) as Answer;
  } catch (cause) {
    throw new ServerFault(`The server's answer was not JSON (${status}).`, 'malformedAnswer', { cause });
  }
  if (status === 202 && answer.fileId !== undefined) return { taken: true, fileId: answer.fileId };
  return { taken: false, code: answer.error ?? 'unknown', other: answer.other ?? null };
}

/** A file's name as the server takes it: no path, no control characters, at most 200 characters. */
export const safeName = (name: string): string => name.replaceAll(/[/\\\p{Cc}]/gu, '_').slice(-200) || 'file';
