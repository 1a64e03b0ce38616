/** A person gave a setting or flag that can't be used; the message says which and what is expected. Exit status 78 (sysexits.h EX_CONFIG). */
export class ConfigMistake extends Error {
  override name = 'ConfigMistake';
}
