import type { DesiredBody, OperatorGrant, TerminalConnection } from '@tillward/contracts';
import { checkSetting, resolveSettings, SETTING_KEYS, type SettingLevel } from '@tillward/policy';
import { invalidInput, type PolicyLevel, type PolicyValueType, type RefusalOf, reasonRefusal } from '../graphql/index.js';

/** One change of an edit; value null removes it from the level. */
export interface SettingChange {
  key: string;
  value: unknown;
}

/** What one level has set. */
export type LevelValues = Readonly<Record<string, unknown>>;

/** Why an edit is refused as a whole; undefined when every change may be made at that level (P1 all or nothing, P2 locked settings). */
export function editRefusal(
  level: PolicyLevel,
  changes: readonly SettingChange[],
  reason: string,
): RefusalOf<'invalidInput'> | RefusalOf<'settingLocked'> | undefined {
  const wrong = reasonRefusal(reason);
  if (wrong !== undefined) return wrong;
  if (changes.length === 0) return invalidInput('changes', 'There is nothing to change.');
  const keys = new Set<string>();
  for (const [i, { key, value }] of changes.entries()) {
    if (keys.has(key)) return invalidInput(`changes[${i}].key`, `${key} is changed twice.`);
    keys.add(key);
    if (value === null && SETTING_KEYS.some((known) => known === key)) continue;
    const check = checkSetting(key, value, level);
    if (check.ok) continue;
    if (check.code === 'settingLocked') return { refused: true, code: 'settingLocked', message: check.message.en, key };
    return invalidInput(`changes[${i}].${check.code === 'unknownSetting' ? 'key' : 'value'}`, check.message.en);
  }
  return undefined;
}

/** The changes that differ from what the level has now: setting a value again is no change. */
export function effectiveChanges(current: LevelValues, changes: readonly SettingChange[]): SettingChange[] {
  return changes.filter(({ key, value }) => (value === null ? key in current : current[key] !== value));
}

/** The levels above and at a place, in the catalogue's order of inheritance. */
export function levelsOf(chain: LevelValues, store?: LevelValues): SettingLevel[] {
  const levels: SettingLevel[] = [{ origin: 'chain', values: chain }];
  if (store !== undefined) levels.push({ origin: 'store', values: store });
  return levels;
}

/** Every setting at one level as GraphQL shows it. */
export function policyValues(level: PolicyLevel, chain: LevelValues, store: LevelValues): PolicyValueType[] {
  const resolved = resolveSettings(level === 'chain' ? levelsOf(chain) : levelsOf(chain, store));
  return SETTING_KEYS.map((key) => ({ key, ...resolved[key], setHere: resolved[key].origin === level }));
}

/** What a gateway's document is compiled from. */
export interface DesiredSource {
  version: number;
  issuedAt: Date;
  store: DesiredBody['store'];
  gateway: string;
  terminals: readonly TerminalConnection[];
  operators: readonly OperatorGrant[];
  chain: LevelValues;
  overrides: LevelValues;
}

/** P3: the complete effective document of one gateway, with the origin of every value. */
export function compileDesired(source: DesiredSource): DesiredBody {
  return {
    version: source.version,
    issuedAt: source.issuedAt.toISOString(),
    store: source.store,
    gateway: source.gateway,
    settings: resolveSettings(levelsOf(source.chain, source.overrides)),
    terminals: [...source.terminals],
    operators: [...source.operators],
  };
}
