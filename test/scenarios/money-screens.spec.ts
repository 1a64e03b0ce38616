import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { violationsOf } from '../accessibility.js';
import { chromiumPath, INSTALL_CHROMIUM, PHONE, signedInVisitor, startBrowser, type Visitor } from '../browser.js';
import { startWorld, type World } from '../world.js';

const SEED = Number(process.env['SEED'] ?? 20_261_125);
const FOLDER = 'money-screens';
const SLOW_MS = 60_000;
const DESK = { width: 1280, height: 900 };
/** What the acquirer calls the terminal, and a number nobody knows. */
const KNOWN = 'T1';
const UNKNOWN = 'T9';

const PROFILE = JSON.stringify({
  name: 'small acquirer',
  amounts: 'minor',
  feeSign: 'asWritten',
  columns: {
    type: 'type',
    gross: 'gross',
    fee: 'fee',
    currency: 'currency',
    businessDay: 'day',
    merchant: 'merchant',
    terminal: 'terminal',
    batch: 'batch',
    trace: 'trace',
  },
  types: { sale: 'sale', refund: 'refund', reversal: 'reversal' },
  trailer: { firstCell: 'TOTAL', count: 2, gross: 3, required: false },
});

interface Line {
  type: string;
  gross: number;
  currency: string;
  day: string;
  terminal: string;
  batch: number;
  trace: number;
}

/** A statement with its trailer, which a wrong one contradicts. */
function csv(lines: readonly Line[], wrongBy = 0): string {
  const gross = lines.reduce((sum, line) => sum + line.gross, 0) + wrongBy;
  return [
    'type,gross,fee,currency,day,merchant,terminal,batch,trace',
    ...lines.map((line) => [line.type, line.gross, -5, line.currency, line.day, 'M1', line.terminal, line.batch, line.trace].join(',')),
    `TOTAL,${lines.length},${gross},,,,,,`,
    '',
  ].join('\n');
}

/** How far things have moved since the page was opened, but for what was asked for (web.dev/cls). */
const LAYOUT_SHIFT = `new Promise((resolve) => {
  let moved = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) moved += entry.value;
  }).observe({ type: 'layout-shift', buffered: true });
  setTimeout(() => resolve(moved), 200);
})`;
/** Pages with a picture, by the picture. */
const CHARTS: Readonly<Record<string, string>> = {
  '/settlement': 'funds-at-risk',
  '/settlement/funding': 'funding-chart',
  '/settlement/fees': 'fee-chart',
};

const browserPath = chromiumPath();
if (browserPath === undefined) process.stderr.write(`money-screens is skipped: ${INSTALL_CHROMIUM}\n`);

/** Statements are uploaded, refused, mapped and compared; differences become work, and two people match by hand. In both languages, at a desk and on a phone. */
describe.skipIf(browserPath === undefined)('the pages about money', () => {
  let world: World;
  let browser: Browser;
  let folder: string;
  let day: string;
  let batchNo: number;
  /** Of the file whose closing totals contradict it. */
  let trailerLine: number;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tillward-money-'));
    // The first acquirer is added on the page.
    world = await startWorld({
      name: FOLDER,
      dashboard: true,
      seed: SEED,
      closeAfterS: { newyork: 45 },
      night: { acquirer: false, saleEverySeconds: 1.5 },
    });
    browser = await startBrowser();
    // What is not settled yet can't be missing from a statement.
    await world.until(
      'the settlement of the terminal',
      async () =>
        (await world.sql(`select 1 from batch where terminal_id = 'ny-1' and state = 'settled' and journal_count >= 3`)).length > 0,
      SLOW_MS * 3,
    );
    await world.quiet(SLOW_MS);
    await writeStatements();
  }, 400_000);
  afterAll(async () => {
    await browser?.close();
    await world?.[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  }, 60_000);
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await world?.keepLogs();
  });

  /** What the terminal booked, with one amount changed, one row left out, one added, and one of a number nobody knows. */
  async function writeStatements(): Promise<void> {
    const booked = await world.sql<{ day: string; batch: number; trace: number; minor: string; currency: string; kind: string }>(
      `select business_day::text as day, batch_no as batch, trace_no as trace, amount_minor::text as minor, currency, kind from card_transaction
        where terminal_id = 'ny-1' and state = 'completed' and trace_no is not null order by started_at`,
    );
    ({ day, batch: batchNo } = booked[0]!);
    const lines: Line[] = booked
      .filter((row) => row.day === day && row.batch === batchNo)
      .map((row) => ({
        type: row.kind,
        gross: Number(row.minor) * (row.kind === 'sale' ? 1 : -1),
        currency: row.currency,
        day: row.day,
        terminal: KNOWN,
        batch: row.batch,
        trace: row.trace,
      }));
    // The store goes on selling into this batch: only of one that was settled can the acquirer's file lack a sale (docs/adr/0057).
    await world.sql(`update batch set state = 'settled', settled_at = now() where terminal_id = 'ny-1' and batch_no = ${batchNo}`);
    const [first, second] = lines.filter(({ type }) => type === 'sale');
    first!.gross += 250;
    const without = lines.filter((line) => line !== second);
    const added = { ...second!, trace: 9_901 };
    const sent = [...without, added, { ...first!, terminal: UNKNOWN, trace: 9_902 }];
    await writeFile(join(folder, 'wrong.csv'), csv(without, 1));
    await writeFile(join(folder, 'bad-amount.csv'), csv(without).replace(/^((?:.*\n){2}\w+,)-?\d+/, '$1twelve'));
    await writeFile(join(folder, 'statement.csv'), csv(sent));
    trailerLine = without.length + 2;
    // The acquirer takes back that it moved more for the first sale.
    await writeFile(join(folder, 'corrected.csv'), csv(sent.map((line) => (line === first ? { ...line, gross: line.gross - 250 } : line))));
  }

  const visit = (person: string, language: 'en' | 'zh', screen: { width: number; height: number }): Promise<Visitor> =>
    signedInVisitor(browser, { url: world.url, folder: FOLDER, person, password: world.signIns[person] ?? '', language, screen });
  const nameOf = async (person: string): Promise<string> =>
    (await world.sql<{ name: string }>('select name from person where id = $1', [person]))[0]!.name;
  /** Says in the open dialog whose work it becomes. */
  async function assign(visitor: Visitor, to: string): Promise<void> {
    await visitor.at('assign-to').locator(`option[value="${to}"]`).waitFor({ state: 'attached', timeout: SLOW_MS });
    await visitor.at('assign-to').selectOption(to);
    await visitor.at('act-confirm').click();
    await visitor.at('act-dialog').waitFor({ state: 'hidden', timeout: SLOW_MS });
  }
  /** What the acquirer may charge, and when it pays: one person proposes it, another one approves. */
  async function agreeTerms(visitor: Visitor): Promise<void> {
    const ask = async (person: Visitor, query: string, variables: object) =>
      (await (await person.page.request.post(`${world.url}/graphql`, { data: { query, variables } })).json()) as {
        data: { proposed?: { id: string; digest: string }; decided?: { state: string } };
      };
    const variables = {
      fees: { basis: 'row', rates: [{ currency: 'USD', ratePpm: 1_000, rounding: 'halfUp', onRefund: 'returned', from: '2026-01-01' }] },
      funding: { account: 'DE00500105175407324931', country: 'DE', delayBankDays: 1 },
    };
    const { data } = await ask(
      visitor,
      `mutation ($fees: JSON, $funding: JSON) { proposed: proposeProviderTerms(input: {acquirerId: "small", replaces: 0, reason: "The contract", fees: $fees, funding: $funding}) {
        ... on TermsProposal { id digest } } }`,
      variables,
    );
    const second = await visit('hq-second', 'en', PHONE);
    const decided = await ask(
      second,
      'mutation ($id: ID!, $digest: String!) { decided: decideProviderTerms(id: $id, digest: $digest, decision: approve) { ... on TermsProposal { state } } }',
      data.proposed ?? {},
    );
    expect(decided.data.decided).toEqual({ state: 'approved' });
    await second.context.close();
  }
  /** Waits until the page's picture is drawn, in the room that was kept for it, and says the same as a table. */
  async function pictures(visitor: Visitor, figure: string | undefined): Promise<void> {
    if (figure === undefined) return;
    await visitor.at(figure).locator('[data-testid="picture"][data-state="there"] svg').first().waitFor({ timeout: SLOW_MS });
    const table = visitor.at(`${figure}-table`);
    if ((await table.count()) > 0) await table.click();
    expect(await visitor.page.evaluate(LAYOUT_SHIFT)).toBeLessThan(0.02);
  }
  const looks = (screen: { width: number; height: number }) =>
    [
      { screen, colorScheme: 'dark' },
      { screen, colorScheme: 'light' },
    ] as const;
  /** Why a file was refused, as its page says it: the code, and the line that is named. */
  const refusal = async (visitor: Visitor): Promise<(string | null | undefined)[]> => {
    const words = visitor.at('refused').getByTestId('file-refusal');
    return [await words.getAttribute('data-code'), /^Line \d+:/.exec(await words.innerText())?.[0]];
  };
  /** Looks at a screen: it fits, everybody can use it, and a picture of it is kept. */
  async function look(visitor: Visitor, name: string, screen: { width: number; height: number }): Promise<void> {
    await visitor.page.keyboard.press('Home');
    expect(`${name}: ${await visitor.page.evaluate('document.documentElement.scrollWidth > innerWidth')}`).toBe(`${name}: false`);
    expect(await violationsOf(visitor.page, name, looks(screen))).toEqual([]);
    await visitor.picture(name, true);
  }

  test(
    'a statement that contradicts itself is refused with its line; a right one is imported, and its numbers are mapped',
    async () => {
      const hq = await visit('hq', 'en', DESK);
      await hq.page.goto(`${world.url}/settlement`);
      await hq.at('settlement-board').waitFor({ timeout: SLOW_MS });
      await look(hq, '1-board-en-1280', DESK);
      await hq.at('money-statements').click();
      await hq.at('empty').waitFor({ timeout: SLOW_MS });
      await hq.at('add-first-acquirer').click();
      await hq.at('acquirer-save').click();
      await hq.at('acquirer-dialog').getByText('Give a name.').waitFor();
      await hq.at('acquirer-name').fill('Small acquirer');
      await hq.at('acquirer-id').fill('small');
      await hq.at('acquirer-format').selectOption('csv');
      await hq.at('acquirer-profile').fill(PROFILE);
      await look(hq, '2-acquirer-en-1280', DESK);
      await hq.at('acquirer-save').click();
      await hq.at('acquirer-dialog').waitFor({ state: 'hidden' });

      await hq.at('upload-input').setInputFiles(join(folder, 'wrong.csv'));
      await hq.at('upload-send').click();
      await hq.page.locator('[data-testid="statement-file"][data-state="refused"]').waitFor({ timeout: SLOW_MS });
      expect(await refusal(hq)).toEqual(['trailer-mismatch', `Line ${trailerLine}:`]);
      await look(hq, '3-refused-en-1280', DESK);
      await hq.at('money-statements').click();
      await hq.at('upload-input').setInputFiles(join(folder, 'bad-amount.csv'));
      await hq.at('upload-send').click();
      await hq.at('refused').waitFor({ timeout: SLOW_MS });
      expect(await refusal(hq)).toEqual(['amount', 'Line 3:']);

      await hq.at('money-statements').click();
      await hq.at('upload-input').setInputFiles(join(folder, 'statement.csv'));
      await hq.at('upload-send').click();
      await hq.page.locator('[data-testid="statement-file"][data-state="imported"]').waitFor({ timeout: SLOW_MS });
      await hq.at('unmapped').waitFor({ timeout: SLOW_MS });
      await look(hq, '4-imported-en-1280', DESK);
      await hq.at('map-terminals').click();
      await hq.at(`map-M1-${KNOWN}`).selectOption('newyork/ny-1');
      await look(hq, '5-map-en-1280', DESK);
      await hq.at('map-save').click();
      await hq.at('map-dialog').waitFor({ state: 'hidden' });
      await hq.at('unmapped').getByText('1 row belongs').waitFor({ timeout: SLOW_MS });
      await hq.at('filter-rows').selectOption('unmapped');
      expect(new URL(hq.page.url()).search).toBe('?rows=unmapped');
      await hq.page.locator('[data-testid="statement-rows"] tbody tr').first().waitFor();
      expect(await hq.page.locator('[data-testid="statement-rows"] tbody tr').count()).toBe(1);
      // The same bytes are not taken twice; the answer leads to the file that has them.
      await hq.at('money-statements').click();
      await hq.at('upload-input').setInputFiles(join(folder, 'statement.csv'));
      await hq.at('upload-send').click();
      await hq.page.locator('[data-testid="upload-refusal"][data-code="duplicateFile"] a').waitFor({ timeout: SLOW_MS });
      await hq.at('upload-dialog').getByRole('button', { name: 'Close' }).last().click();
      // What was said about the acquirer is there when it is looked at again.
      await hq.at('edit-acquirers').click();
      await hq.at('acquirer-choice').selectOption('small');
      expect(await hq.at('acquirer-profile').inputValue()).toBe(PROFILE);
      await hq.at('acquirer-name').fill('Small acquirer Ltd');
      await hq.at('acquirer-save').click();
      await hq.at('acquirer-dialog').waitFor({ state: 'hidden' });
      for (const page of ['funding', 'fees']) {
        await hq.at(`money-${page}`).click();
        await hq.at('empty').waitFor({ timeout: SLOW_MS });
        await look(hq, `walk-settlement-${page}-empty-en-1280`, DESK);
      }
      expect(hq.complaints.filter((said) => !said.includes('409'))).toEqual([]);
      await hq.context.close();
    },
    SLOW_MS * 5,
  );

  test(
    'differences are found, assigned together, exported, and two of them matched by hand by two people',
    async () => {
      const hq = await visit('hq', 'en', DESK);
      await hq.page.goto(`${world.url}/settlement/differences?store=newyork`);
      for (const type of ['amountOver', 'missingAtAcquirer', 'missingAtTerminal']) {
        await hq.at(`difference-${type}`).first().waitFor({ timeout: SLOW_MS });
      }
      await hq.at('select-all').click();
      await look(hq, '6-differences-en-1280', DESK);
      await hq.at('bulk-assign').click();
      await assign(hq, 'person:manager-newyork');
      await hq
        .at('differences')
        .getByText(await nameOf('manager-newyork'))
        .first()
        .waitFor({ timeout: SLOW_MS });
      await hq.at('select-all').click();
      await hq.at('bulk-assign').click();
      await assign(hq, 'me');
      await hq.at('differences').getByText('You').first().waitFor({ timeout: SLOW_MS });
      await hq.at('filter-owner').selectOption('me');
      expect(new URL(hq.page.url()).search).toContain('owner=me');

      const [download] = await Promise.all([hq.page.waitForEvent('download'), hq.at('export-csv').click()]);
      const exported = await readFile(await download.path(), 'utf8');
      for (const type of ['amountOver', 'missingAtAcquirer', 'missingAtTerminal']) expect(exported).toContain(type);

      await hq.at('difference-amountOver').first().click();
      await hq.at('sides').waitFor({ timeout: SLOW_MS });
      // Both sides have their own figures: the difference, the receipt of the one, the line of the other.
      for (const said of [/\+\$2\.50/, /Receipt no\.\s+\d+/, /Line in the file\s+–\s+\d+/]) {
        expect(await hq.at('sides').innerText()).toMatch(said);
      }
      await look(hq, '7-difference-en-1280', DESK);
      await hq.page.keyboard.press('Escape');
      await hq.at('difference-missingAtAcquirer').first().click();
      await hq.at('act-force').click();
      await hq.at('force-with').selectOption({ index: 1 });
      await hq.at('remedy-reason').fill('The acquirer wrote another trace number');
      await look(hq, '8-force-en-1280', DESK);
      await hq.at('remedy-ask').click();
      await hq.at('remedy-dialog').waitFor({ state: 'hidden', timeout: SLOW_MS });
      expect(await world.sql('select 1 from reconciliation_match where forced_by is not null')).toEqual([]);
      // Whoever asked can take it back, and nothing else.
      await hq.page.goto(`${world.url}/settlement/differences?view=remedies`);
      await hq.at('remedy-withdraw').waitFor({ timeout: SLOW_MS });
      expect(await hq.at('remedy-approve').count()).toBe(0);
      await look(hq, '8-remedies-en-1280', DESK);
      expect(hq.complaints).toEqual([]);
      await hq.context.close();

      const second = await visit('hq-second', 'zh', PHONE);
      await second.page.goto(`${world.url}/settlement/differences`);
      await second.at('remedies-waiting').waitFor({ timeout: SLOW_MS });
      await look(second, '9-differences-zh-390', PHONE);
      await second.at('look-at-remedies').click();
      await second.at('remedy-approve').click();
      await look(second, '10-agree-zh-390', PHONE);
      await second.at('decide-confirm').click();
      await second.at('decide-dialog').waitFor({ state: 'hidden', timeout: SLOW_MS });
      await world.until(
        'the match by hand',
        async () => (await world.sql('select 1 from reconciliation_match where forced_by is not null')).length > 0,
        SLOW_MS,
      );
      expect(second.complaints).toEqual([]);
      await second.context.close();
    },
    SLOW_MS * 5,
  );

  test(
    'a manager reads a batch’s four sides, and asks a second person to settle it',
    async () => {
      const newYork = await visit('manager-newyork', 'zh', PHONE);
      await newYork.page.goto(`${world.url}/settlement/batches/newyork/ny-1/${batchNo}`);
      await newYork.at('four-way').waitFor({ timeout: SLOW_MS });
      await newYork.page.locator('[data-testid="side-acquirer"][data-verdict="differs"]').waitFor({ timeout: SLOW_MS });
      await look(newYork, '11-batch-zh-390', PHONE);
      // What is head office's work is not offered to a manager.
      await newYork.page.goto(`${world.url}/settlement/differences?type=amountOver`);
      await newYork.at('difference-amountOver').first().click();
      await newYork.at('not-yours').waitFor({ timeout: SLOW_MS });
      expect(await newYork.page.locator('[data-testid^="act-"]:visible:not([data-testid="act-correct"])').count()).toBe(0);
      await look(newYork, '11-not-yours-zh-390', PHONE);
      expect(newYork.complaints).toEqual([]);
      await newYork.context.close();

      const [open] = await world.sql<{ no: number }>(`select batch_no as no from batch where terminal_id = 'be-1' and state = 'open'`);
      const manager = await visit('manager-berlin', 'zh', PHONE);
      await manager.page.goto(`${world.url}/settlement/batches/berlin/be-1/${open!.no}`);
      await manager.at('ask-settle').click();
      await manager.at('settlement-reason').fill('夜间没有结算');
      await look(manager, '12-settle-zh-390', PHONE);
      await manager.at('settlement-confirm').click();
      await manager.page.locator('[data-testid^="settlement-request-"][data-state="waiting"]').waitFor({ timeout: SLOW_MS });
      // Statements span stores: they are not a manager's, and neither is their page.
      expect(await manager.at('money-statements').count()).toBe(0);
      await manager.page.goto(`${world.url}/settlement/statements`);
      await manager.at('not-for-role').waitFor({ timeout: SLOW_MS });
      expect(manager.complaints).toEqual([]);
      await manager.context.close();
    },
    SLOW_MS * 3,
  );

  test(
    'a corrected file takes the place of the one it corrects, and both say so',
    async () => {
      const hq = await visit('hq', 'zh', PHONE);
      await agreeTerms(hq);
      await hq.page.goto(`${world.url}/settlement/statements?state=imported`);
      await hq.page.locator('[data-testid^="file-"]', { hasText: 'statement.csv' }).click();
      await hq.at('correct').click();
      await hq.at('correcting').waitFor({ timeout: SLOW_MS });
      await look(hq, '13-correcting-zh-390', PHONE);
      // The file itself corrects nothing.
      await hq.at('upload-input').setInputFiles(join(folder, 'statement.csv'));
      await hq.at('upload-send').click();
      await hq.page.locator('[data-testid="upload-refusal"][data-code="duplicateFile"]').waitFor({ timeout: SLOW_MS });
      await look(hq, '14-duplicate-zh-390', PHONE);
      await hq.at('upload-dialog').locator('form button').first().click();
      await hq.at('upload-input').setInputFiles(join(folder, 'corrected.csv'));
      await hq.at('upload-send').click();
      await hq.page.locator('[data-testid="statement-file"][data-state="imported"]').waitFor({ timeout: SLOW_MS });
      const corrected = new URL(hq.page.url()).pathname;
      await hq.page.goto(`${world.url}/settlement/statements?state=superseded`);
      await hq.page.locator('[data-testid^="file-"]', { hasText: 'statement.csv' }).click();
      await hq.at('superseded').waitFor({ timeout: SLOW_MS });
      await look(hq, '15-superseded-zh-390', PHONE);
      await hq.at('successor').click();
      await hq.page.locator('[data-testid="statement-file"][data-state="imported"]').waitFor({ timeout: SLOW_MS });
      expect(new URL(hq.page.url()).pathname).toBe(corrected);
      await world.until(
        'fees and payouts of the corrected file',
        async () => (await world.sql('select 1 from payout')).length > 0 && (await world.sql('select 1 from fee_check')).length > 0,
        SLOW_MS,
      );
      expect(hq.complaints.filter((said) => !said.includes('409'))).toEqual([]);
      await hq.context.close();
    },
    SLOW_MS * 4,
  );

  test.each([
    ['en', DESK],
    ['zh', PHONE],
  ] as const)(
    'every page can be used by everybody: %s',
    async (language, screen) => {
      const auditor = await visit('auditor', language, screen);
      for (const [path, seen] of [
        ['/settlement', 'settlement-board'],
        ['/settlement?tab=batches', 'batches'],
        ['/settlement?tab=transactions', 'transactions'],
        ['/settlement/differences?state=all', 'differences'],
        ['/settlement/differences?view=allRemedies', 'remedies'],
        ['/settlement/statements', 'statement-files'],
        ['/settlement/funding', 'funding-calendar'],
        ['/settlement/fees', 'fee-report'],
        ['/settlement/terms', 'terms'],
        ['/settlement/terms/small', 'fee-lines'],
        [`/settlement/batches/newyork/ny-1/${batchNo}`, 'four-way'],
      ] as const) {
        await auditor.page.goto(`${world.url}${path}`);
        await auditor.at(seen).first().waitFor({ timeout: SLOW_MS });
        await pictures(auditor, CHARTS[path]);
        await look(auditor, `walk-${path.replaceAll(/[/?=]+/g, '-').slice(1)}-${language}-${screen.width}`, screen);
      }
      expect(auditor.complaints).toEqual([]);
      await auditor.context.close();
    },
    SLOW_MS * 5,
  );

  test(
    'a file is withdrawn by two people, and what it led to goes with it',
    async () => {
      const hq = await visit('hq', 'en', DESK);
      // The months are gone through by the keyboard, and stand in the address.
      await hq.page.goto(`${world.url}/settlement/funding`);
      await hq.at('funding-calendar').waitFor({ timeout: SLOW_MS });
      await hq.at('month-after').focus();
      await hq.page.keyboard.press('Enter');
      await hq.page.waitForURL(/from=\d{4}-\d{2}-01&to=/);
      await hq.page.goto(`${world.url}/settlement/statements?state=imported`);
      await hq.page.locator('[data-testid^="file-"]', { hasText: 'corrected.csv' }).click();
      await hq.at('withdraw').click();
      await hq.at('withdrawal-confirm').click();
      await hq.at('withdrawal-dialog').getByText('Give a reason.').waitFor();
      await hq.at('withdrawal-reason').fill('It is of another company');
      await look(hq, '16-withdraw-en-1280', DESK);
      await hq.at('withdrawal-confirm').click();
      await hq.at('withdrawal-requested').waitFor({ timeout: SLOW_MS });
      expect(await hq.at('withdrawal-approve').count()).toBe(0);
      expect(hq.complaints).toEqual([]);
      await hq.context.close();

      const second = await visit('hq-second', 'zh', PHONE);
      await second.page.goto(`${world.url}/settlement/statements`);
      await second.at('withdrawals-waiting').getByRole('link').click();
      await second.at('withdrawal-approve').click();
      await look(second, '17-withdrawal-zh-390', PHONE);
      await second.at('withdrawal-confirm').click();
      await second.at('withdrawn').waitFor({ timeout: SLOW_MS });
      await world.until('its payouts to go', async () => (await world.sql('select 1 from payout')).length === 0, SLOW_MS);
      expect(second.complaints).toEqual([]);
      await second.context.close();
    },
    SLOW_MS * 3,
  );
});
